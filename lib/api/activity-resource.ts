/** An activity as a resource of CloudFormation: created, tagged and deleted through the API, like anybody would. */
import {
  type CallApi,
  judgeOwner,
  type Made,
  ownTags,
  type ResourceChange,
  retag,
  tagsIn,
  text,
} from "./machine-resource.ts";

export async function changeActivity(change: ResourceChange, call: CallApi): Promise<Made> {
  const { kind, before, wanted, old, owner } = change;
  const name = text(wanted, "Name");
  if (kind === "Delete") {
    if (before?.startsWith("arn:")) await call("DeleteActivity", { activityArn: before });
    return { physicalId: before ?? name, attributes: { Arn: before ?? "", Name: name } };
  }
  // What is there stays as it is; on another installation than before, or after somebody deleted it, it is made anew.
  const { activityArn } = await call("CreateActivity", { name, tags: [...tagsIn(wanted), ...ownTags(owner)] });
  const arn = String(activityArn);
  await judgeOwner(arn, { owner, what: "Activity", property: "activityName" }, call);
  if (before === arn) await retag(arn, tagsIn(old), tagsIn(wanted), call);
  return { physicalId: arn, attributes: { Arn: arn, Name: name } };
}

/**
 * What each integration needs: a row for each optimized call, a rule for `aws-sdk`. Calls of Step Functions
 * itself and activities are answered by Baton and need nothing of IAM.
 */
import { isArray, isObject, type JsonObject, property, type Value } from "../json.ts";
import type { Resource } from "../states/resource.ts";
import { iamAction, iamPrefix } from "./sdk-actions.ts";
import {
  type Home,
  lambdaFunction,
  type Named,
  of,
  profilePrefix,
  queue,
  type Row,
  rows,
  table,
  topic,
} from "./services.ts";

export type { Home } from "./services.ts";

export interface Given {
  readonly home: Home;
  /** The state's Parameters or Arguments. */
  readonly parameters: JsonObject;
  readonly isJsonata: boolean;
}

export interface Need {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly note?: string;
}

/** Baton answers these itself. */
const ownServices = ["states", "aws-sdk:sfn"];

export function needsOf(resource: Resource, given: Given): readonly Need[] {
  if (resource.family === "Activity") return [];
  if (resource.family === "LambdaFunction") return [{ actions: ["lambda:InvokeFunction"], resources: [resource.arn] }];
  const { resourceType: service, pattern } = resource;
  // Of all that a Resource may be, an ARN that comes from elsewhere is hardly ever another's.
  if (isPlaceholder(service)) return [{ actions: ["lambda:InvokeFunction"], resources: [service] }];
  const action = resource.resource.split(".")[0] ?? "";
  if (ownServices.includes(service)) return [];
  if (service === "events" && action === "putEvents") return [putEvents(given)];
  if (service === "http" && action === "invoke") return connectionNeeds(given);
  const sdk = /^aws-sdk:(.+)$/.exec(service)?.[1];
  if (sdk !== undefined) return [sdkNeed(sdk, action, given)];
  const row = Object.hasOwn(rows, `${service}:${action}`) ? rows[`${service}:${action}`] : undefined;
  if (row === undefined) return [unknown(service, action)];
  const more = service === "bedrock" && action === "invokeModel" ? [...profileNeeds(given), ...bodyNeeds(given)] : [];
  return [...rowNeeds(row, given, pattern === "sync"), ...more];
}

function rowNeeds({ actions, on, sync = [], note }: Row, given: Given, waits: boolean): readonly Need[] {
  const own = (actions.length === 0 ? [] : placesOf(on, given)).map((place) => ({ actions, ...place }));
  const noted = note === undefined ? own : [...own, { actions: [], resources: [], note }];
  if (!waits) return noted;
  const waiting = sync.flatMap((one) =>
    placesOf(one.on === "same" ? on : one.on, given).map(({ resources }) => ({ actions: one.actions, resources })),
  );
  return [...noted, ...waiting];
}

function placesOf(on: Row["on"], given: Given): readonly Pick<Need, "resources" | "note">[] {
  if (on === undefined) return [{ resources: ["*"] }];
  return [on].flat().map((one) => resourcesOf(one, given));
}

/** The connection and its secret, which EventBridge names after it. */
function connectionNeeds({ home, parameters, isJsonata }: Given): readonly Need[] {
  const { partition, region, account } = home;
  const within = ["Authentication", "InvocationConfig"].map((name) => property(parameters, name)).find(isObject);
  const written = within && literalOf({ home, parameters: within, isJsonata }, "ConnectionArn").value;
  const [, place = `${region}:${account}`, name = "*"] =
    /^arn:[\w-]+:events:([\w-]+:\d{12}):connection\/([^/]+)/.exec(written ?? "") ?? [];
  const note = name === "*" ? { note: "the connection is computed: every one of the account is allowed" } : {};
  return [
    {
      actions: ["events:DescribeConnection", "events:RetrieveConnectionCredentials"],
      resources: [`arn:${partition}:events:${place}:connection/${name === "*" ? "*" : `${name}/*`}`],
      ...note,
    },
    {
      actions: ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
      resources: [`arn:${partition}:secretsmanager:${place}:secret:events!connection/${name}/*`],
    },
  ];
}

function unknown(service: string, action: string): Need {
  return {
    actions: [iamAction(service, action)],
    resources: ["*"],
    note: `${service}:${action} is not in the table: check the action`,
  };
}

/** Of these services the tables of the optimized calls say what a name means. */
const sdkNames: Readonly<Record<string, Named>> = { lambda: lambdaFunction, sqs: queue, sns: topic, dynamodb: table };

function sdkNeed(service: string, action: string, given: Given): Need {
  const named = Object.hasOwn(sdkNames, service) ? sdkNames[service] : undefined;
  const actions = [iamAction(service, action)];
  if (service === "s3") return bucketNeed(action, given);
  if (named !== undefined && hasAny(named, given))
    return { actions, ...withIndexes(service, resourcesOf(named, given)) };
  return {
    actions,
    resources: ["*"],
    note: `${iamPrefix(service)} is allowed on every resource: narrow it to those that are meant`,
  };
}

/** A query may be of an index. */
function withIndexes(service: string, need: Pick<Need, "resources" | "note">): Pick<Need, "resources" | "note"> {
  if (service !== "dynamodb") return need;
  return { ...need, resources: need.resources.flatMap((arn) => [arn, `${arn}/index/*`]) };
}

function bucketNeed(action: string, given: Given): Need {
  const { partition } = given.home;
  const { value: bucket, note } = literalOf(given, "Bucket");
  const key = literalOf(given, "Key").value;
  const ofBucket = `arn:${partition}:s3:::${bucket ?? "*"}`;
  const isOfBucket = /^(list|head)?(Objects|Bucket)|Bucket|^listObjects/.test(action);
  const resources = [isOfBucket ? ofBucket : `${ofBucket}/${key ?? "*"}`];
  return {
    actions: [iamAction("s3", action)],
    resources: action === "listBuckets" ? ["*"] : resources,
    ...(note === undefined ? {} : { note }),
  };
}

function putEvents({ home, parameters, isJsonata }: Given): Need {
  const entries = property(parameters, "Entries");
  const buses = (isArray(entries) ? entries : []).map((entry) => {
    if (!isObject(entry)) return "*";
    const bus = literalOf({ home, parameters: entry, isJsonata }, "EventBusName");
    return bus.isWritten ? (bus.value ?? "*") : "default";
  });
  const names = buses.length === 0 ? ["*"] : [...new Set(buses)];
  const arns = names.map((name) => (isArn(name, home) ? name : of("events", "event-bus/NAME")(name, home)));
  const note = names.includes("*") ? "the event bus is computed: every bus of the account is allowed" : undefined;
  return { actions: ["events:PutEvents"], resources: arns, ...(note === undefined ? {} : { note }) };
}

/**
 * Whoever asks through an inference profile has to be allowed the model behind it as well, in each Region that it
 * leads to (https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html).
 */
function profileNeeds(given: Given): readonly Need[] {
  const { value = "" } = literalOf(given, "ModelId");
  const [, kind, id = value] =
    /^arn:[\w-]+:bedrock:[\w-]+:\d{12}:((?:application-)?inference-profile)\/(.+)$/.exec(value) ?? [];
  if (kind === undefined && !profilePrefix.test(id)) return [];
  const isOwn = kind === "application-inference-profile";
  const model = isOwn ? "*" : id.replace(profilePrefix, "");
  const note = isOwn
    ? { note: "what model is behind an application inference profile is not written: every one is allowed" }
    : {};
  return [
    {
      actions: ["bedrock:InvokeModel"],
      resources: [`arn:${given.home.partition}:bedrock:*::foundation-model/${model}`],
      ...note,
    },
  ];
}

/** `Input` is read from an object, and `Output` is written to one. */
function bodyNeeds({ home, parameters, isJsonata }: Given): readonly Need[] {
  const places = { Input: "s3:GetObject", Output: "s3:PutObject" };
  return Object.entries(places).flatMap(([name, action]): Need[] => {
    const place = property(parameters, name);
    if (place === undefined && property(parameters, `${name}.$`) === undefined) return [];
    const uri = isObject(place) ? literalOf({ home, parameters: place, isJsonata }, "S3Uri").value : undefined;
    const [, object = "*"] = /^s3:\/\/(.+)$/.exec(uri ?? "") ?? [];
    const note = object === "*" ? { note: `${name} is computed: every object is allowed` } : {};
    return [{ actions: [action], resources: [`arn:${home.partition}:s3:::${object}`], ...note }];
  });
}

function hasAny({ parameter }: Named, given: Given): boolean {
  return [parameter].flat().some((name) => literalOf(given, name).isWritten);
}

function resourcesOf({ parameter, arn, read, isWithin }: Named, given: Given): Pick<Need, "resources" | "note"> {
  const names = [parameter].flat();
  const found = names.map((name) => literalOf(given, name)).find(({ isWritten }) => isWritten);
  const value = found?.value;
  if (names.length === 0) return { resources: [arn("*", given.home)] };
  if (value === undefined) {
    const note = `${names.join(" or ")} is computed or absent: every one of the account is allowed`;
    return { resources: [arn("*", given.home)], note };
  }
  const saysArn = isPlaceholder(value) && names.every((name) => name.endsWith("Arn"));
  if ((saysArn || isArn(value, given.home)) && !isWithin) return { resources: [value] };
  const name = read === undefined ? value : read(value);
  if (name !== undefined) return { resources: [arn(name, given.home)] };
  return {
    resources: [arn("*", given.home)],
    note: `${names.join(" or ")} ${value} says no name: every one of the account is allowed`,
  };
}

/** An ARN, or what will be one when it is deployed. */
function isArn(value: string, { isArn: isOne }: Home): boolean {
  if (value.startsWith("arn:")) return true;
  return isPlaceholder(value) && (isOne?.(value) ?? /Arn\}$/i.test(value));
}

/** `${Name}`, whose value is known only when it is deployed. */
function isPlaceholder(value: string): boolean {
  return /^\$\{[^}]+\}$/.test(value);
}

interface Literal {
  readonly isWritten: boolean;
  /** Absent: a path or an expression, known only when it runs. */
  readonly value?: string;
  readonly note?: string;
}

export function literalOf({ parameters, isJsonata }: Given, name: string): Literal {
  if (property(parameters, `${name}.$`) !== undefined) return computed(name);
  const value: Value | undefined = property(parameters, name);
  if (value === undefined) return { isWritten: false };
  if (typeof value !== "string" || (isJsonata && value.trim().startsWith("{%"))) return computed(name);
  return { isWritten: true, value };
}

function computed(name: string): Literal {
  return { isWritten: true, note: `${name} is computed: every one is allowed` };
}

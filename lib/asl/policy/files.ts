/** What a Distributed Map needs of S3: to read the file or the list its items come from, to write its results. */
import { isObject, type JsonObject, property } from "../json.ts";
import { type Given, literalOf, type Need } from "./needs.ts";

export function bucketNeeds(state: JsonObject, given: Given): readonly Need[] {
  return [
    ...ofPart(state, "ItemReader", given, (resource) =>
      resource.includes(":listObjects")
        ? { actions: ["s3:ListBucket"], of: "bucket" }
        : { actions: ["s3:GetObject"], of: "Key" },
    ),
    ...ofPart(state, "ResultWriter", given, () => ({ actions: ["s3:PutObject"], of: "Prefix" })),
  ];
}

interface Wanted {
  readonly actions: readonly string[];
  readonly of: "bucket" | "Key" | "Prefix";
}

function ofPart(state: JsonObject, part: string, given: Given, wanted: (resource: string) => Wanted): readonly Need[] {
  const written = property(state, part);
  const resource = isObject(written) ? property(written, "Resource") : undefined;
  if (!isObject(written) || typeof resource !== "string") return [];
  const parameters = property(written, "Parameters") ?? property(written, "Arguments");
  const inside: Given = { ...given, parameters: isObject(parameters) ? parameters : {} };
  const { actions, of } = wanted(resource);
  const bucket = literalOf(inside, "Bucket");
  const arn = `arn:${given.home.partition}:s3:::${bucket.value ?? "*"}`;
  const name = of === "bucket" ? undefined : literalOf(inside, of).value;
  const object = of === "Prefix" ? `${name === undefined ? "" : `${name.replace(/\/$/, "")}/`}*` : (name ?? "*");
  const note =
    bucket.value === undefined ? { note: `the bucket of its ${part} is computed: every bucket is allowed` } : {};
  return [{ actions, resources: [of === "bucket" ? arn : `${arn}/${object}`], ...note }];
}

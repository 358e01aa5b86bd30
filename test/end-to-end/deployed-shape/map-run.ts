/**
 * A Distributed Map over a CSV file in S3, its items in batches, its results written to S3: in the deployed shape,
 * and on the embedded engine, whose outputs it must have.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { App, Stack } from "aws-cdk-lib";
import * as s3 from "aws-cdk-lib/aws-s3";
import { expect } from "vitest";
import { startLocal } from "../../../lib/local/baton.ts";
import type { BatonStackProps } from "../../../lib/stack/stack.ts";
import type { Outcome } from "../../examples/example.ts";
import { runCases } from "./pipeline.ts";
import type { DeployedShape } from "./shape.ts";

export type ChildType = "STANDARD" | "EXPRESS";

const bucket = "map-run-files";

/** So that the functions may read the items and write the results. */
export function filesOfMapRuns(): Pick<BatonStackProps, "itemBuckets" | "resultBuckets"> {
  const files = s3.Bucket.fromBucketName(new Stack(new App(), "Files"), "MapRunFiles", bucket);
  return { itemBuckets: [files], resultBuckets: [files] };
}

const perBatch = 7;

function mapRun(type: ChildType) {
  const definition = {
    StartAt: "Each",
    States: {
      Each: {
        Type: "Map",
        Label: "Each",
        MaxConcurrency: 20,
        ItemReader: {
          Resource: "arn:aws:states:::s3:getObject",
          ReaderConfig: { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW" },
          Parameters: { Bucket: bucket, "Key.$": "$.key" },
        },
        ItemBatcher: { MaxItemsPerBatch: perBatch, BatchInput: { of: "orders" } },
        ItemProcessor: {
          ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: type },
          StartAt: "Count",
          States: {
            Count: {
              Type: "Pass",
              Parameters: { "count.$": "States.ArrayLength($.Items)", "first.$": "$.Items[0].sku" },
              Next: "Judge",
            },
            Judge: {
              Type: "Choice",
              Choices: [{ Variable: "$.first", StringEquals: `item-${3 * perBatch}`, Next: "Refuse" }],
              Default: "Good",
            },
            Refuse: { Type: "Fail", Error: "Refused", Cause: "the fourth batch is refused" },
            Good: { Type: "Succeed" },
          },
        },
        ToleratedFailureCount: perBatch,
        ResultWriter: {
          Resource: "arn:aws:states:::s3:putObject",
          WriterConfig: { Transformation: "COMPACT", OutputType: "JSON" },
          Parameters: { Bucket: bucket, "Prefix.$": "$.prefix" },
        },
        ResultSelector: { "bucket.$": "$.ResultWriterDetails.Bucket" },
        End: true,
      },
    },
  };
  const input = JSON.stringify({ key: "items.csv", prefix: type });
  const name = `map-run-${type.toLowerCase()}`;
  return { name, definition: JSON.stringify(definition), cases: [{ name: "run", input }] };
}

function csvOf(items: number): string {
  return ["sku,quantity", ...Array.from({ length: items }, (_, n) => `item-${n},${n % 7}`)].join("\n");
}

export interface Came {
  readonly outcome: Outcome | undefined;
  /** What the files say that the manifest names. */
  readonly succeeded: readonly unknown[];
  /** Of the children that failed: what each got, and why. */
  readonly failed: readonly unknown[];
}

/** In the deployed shape. */
export async function runMapRun(shape: DeployedShape, type: ChildType, items: number, seconds: number): Promise<Came> {
  const { s3: client } = shape.clients;
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: "items.csv", Body: csvOf(items) }));
  const [run] = await runCases(shape, mapRun(type), { seconds });
  return cameTo(type, run?.outcome, {
    keys: async () => {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
      return Contents.map(({ Key = "" }) => Key);
    },
    read: async (Key) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
      return (await Body?.transformToString()) ?? "";
    },
  });
}

/** The same on the embedded engine, its files in a folder. */
export async function runEmbedded(type: ChildType, items: number): Promise<Came> {
  const folder = await mkdtemp(join(tmpdir(), "baton-map-run-"));
  const objects = join(folder, "objects");
  await mkdir(join(objects, bucket), { recursive: true });
  await writeFile(join(objects, bucket, "items.csv"), csvOf(items));
  const baton = await startLocal({ folder: join(folder, "baton"), port: 0, objects });
  try {
    const accessKey = { accessKeyId: "any", secretAccessKey: "any" };
    const place = { endpoint: baton.url, region: "us-east-1", accessKey };
    const [run] = await runCases(place, mapRun(type), { seconds: 60 });
    return await cameTo(type, run?.outcome, {
      keys: () => readdir(join(objects, bucket), { recursive: true }),
      read: (key) => readFile(join(objects, bucket, key), "utf8"),
    });
  } finally {
    await baton.close();
    await rm(folder, { recursive: true });
  }
}

interface Files {
  keys(): Promise<readonly string[]>;
  read(key: string): Promise<string>;
}

async function cameTo(type: ChildType, outcome: Outcome | undefined, files: Files): Promise<Came> {
  // Outcomes are told without what differs from run to run, such as the manifest's key.
  const manifest =
    (await files.keys()).find((key) => key.startsWith(`${type}/`) && key.endsWith("/manifest.json")) ?? "";
  const { ResultFiles } = JSON.parse(await files.read(manifest));
  const all = async (kind: string): Promise<readonly Written[]> => {
    const listed: readonly { readonly Key: string; readonly Size: number }[] = ResultFiles[kind];
    const texts = await Promise.all(listed.map(({ Key }) => files.read(Key)));
    expect(texts.map((text) => Buffer.byteLength(text))).toEqual(listed.map(({ Size }) => Size));
    return texts.flatMap((text) => JSON.parse(text));
  };
  const failed = (await all("FAILED")).map(({ Input, Error: error, Cause }) => ({ Input, error, Cause }));
  return { outcome, succeeded: await all("SUCCEEDED"), failed };
}

type Written = Readonly<Record<string, unknown>>;

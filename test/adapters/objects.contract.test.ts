/** Files in a folder, in the simulated world, and in S3 as a real server speaks it. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { afterAll, describe, expect, test, vi } from "vitest";
import { makeClients } from "../../lib/adapters/aws/clients.ts";
import { folderObjects } from "../../lib/adapters/local/objects.ts";
import { simulatedWorld } from "../../lib/adapters/simulated/world.ts";
import { s3Objects } from "../../lib/integrations/s3-objects.ts";
import { objectsContract } from "../contracts/objects.ts";
import { serversForAws } from "./aws/world.ts";

objectsContract("folder", async () => {
  const folder = await mkdtemp(join(tmpdir(), "baton-objects-"));
  return {
    objects: folderObjects(folder),
    makeBucket: async (name) => {
      await mkdir(join(folder, name));
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
});

objectsContract("simulated", async () => ({
  objects: simulatedWorld({ seed: 1 }).objects,
  makeBucket: async () => undefined,
  close: async () => undefined,
}));

test.each(["../outside", "a/../../outside", "..", ""])("a folder's key '%s' leads nowhere", async (key) => {
  const folder = await mkdtemp(join(tmpdir(), "baton-objects-"));
  const objects = folderObjects(folder);
  expect(await objects.write({ bucket: "bucket", key }, "x")).toMatchObject({ kind: "refused" });
  expect(await objects.read({ bucket: "bucket", key })).toMatchObject({ kind: "refused" });
  expect(await objects.read({ bucket: "..", key: "passwd" })).toMatchObject({ kind: "refused" });
  await rm(folder, { recursive: true, force: true });
});

test("what no file can be named, or stands where a folder would have to, is refused and not tried for ever", async () => {
  const folder = await mkdtemp(join(tmpdir(), "baton-objects-"));
  const objects = folderObjects(folder);
  await objects.write({ bucket: "bucket", key: "file" }, "x");
  for (const key of ["k".repeat(300), "nul\u0000", "file/below"]) {
    const place = { bucket: "bucket", key };
    expect(await objects.read(place)).toMatchObject({ kind: "refused" });
    for (const written of [objects.write(place, "x"), objects.parts.put(place, "parts", 1, "x")]) {
      const why = expect.stringContaining(`The object '${key}' in the bucket 'bucket': `);
      expect(await written).toMatchObject({ kind: "refused", why });
    }
  }
  await rm(folder, { recursive: true, force: true });
});

const servers = await serversForAws();
const skipped = servers.kind === "missing";

describe.skipIf(skipped)(`moto${skipped ? ` (skipped: ${servers.reason})` : ""}`, () => {
  test("S3 is found where nobody has said which Region", async () => {
    await makeClients().s3.send(new CreateBucketCommand({ Bucket: "anywhere" }));
    for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION"]) vi.stubEnv(name, undefined);
    vi.stubEnv("AWS_CONFIG_FILE", "/dev/null");
    const objects = s3Objects();
    expect(await objects.write({ bucket: "anywhere", key: "k" }, "x")).toEqual({ kind: "written" });
    vi.unstubAllEnvs();
  });

  objectsContract("S3", async () => {
    const { s3 } = makeClients();
    return {
      objects: s3Objects(),
      makeBucket: async (name) => {
        await s3.send(new CreateBucketCommand({ Bucket: name }));
      },
      close: async () => s3.destroy(),
    };
  });
  afterAll(async () => {
    if (servers.kind === "started") await servers.stop();
  });
});

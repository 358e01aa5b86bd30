/**
 * The two servers that run on Java: DynamoDB Local and ElasticMQ (SQS). Maven fetches each with everything it
 * depends on into one folder of jars.
 */
import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cached, run } from "./cache.ts";
import { type RunningServer, startServer } from "./process.ts";

interface Artifact {
  readonly group: string;
  readonly name: string;
  readonly version: string;
}

const dynamodbLocal: Artifact = { group: "com.amazonaws", name: "DynamoDBLocal", version: "2.6.1" };
const elasticMq: Artifact = { group: "org.elasticmq", name: "elasticmq-server_2.13", version: "1.7.1" };
const copyDependencies = "org.apache.maven.plugins:maven-dependency-plugin:3.6.0:copy-dependencies";

/** Tests are short: a small heap and no second compiler make the start three times as fast. */
const shortLived = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];

export function fetchDynamoDb(): Promise<string> {
  return cached(`dynamodb-local-${dynamodbLocal.version}`, async (folder) => {
    await fetchJars(dynamodbLocal, folder);
    await nameNativeLibraries(folder);
  });
}

export function fetchElasticMq(): Promise<string> {
  return cached(`elasticmq-${elasticMq.version}`, (folder) => fetchJars(elasticMq, folder));
}

/** With a folder it keeps its data there, and has it again after a restart. */
export async function startDynamoDb(folder?: string): Promise<RunningServer> {
  const main = "com.amazonaws.services.dynamodbv2.local.main.ServerRunner";
  const storage = folder === undefined ? ["-inMemory"] : ["-dbPath", folder];
  const serverOptions = [...storage, "-sharedDb", "-disableTelemetry"];
  return startServer({
    command: "java",
    folder: await fetchDynamoDb(),
    args: (port) => [
      ...shortLived,
      "-Djava.library.path=native",
      ...["-cp", "lib/*", main],
      ...serverOptions,
      ...["-port", `${port}`],
    ],
  });
}

/** With a folder it keeps queues and messages there. What is said of a message while it is received is not kept. */
export async function startElasticMq(folder?: string): Promise<RunningServer> {
  return startServer({
    command: "java",
    folder: await fetchElasticMq(),
    args: (port) => [
      ...shortLived,
      `-Drest-sqs.bind-port=${port}`,
      "-Drest-sqs.bind-hostname=127.0.0.1",
      "-Dnode-address.host=127.0.0.1",
      `-Dnode-address.port=${port}`,
      "-Drest-stats.enabled=false",
      ...(folder === undefined ? [] : kept(folder)),
      ...["-cp", "lib/*", "org.elasticmq.server.Main"],
    ],
  });
}

/** Written through at once: what is acknowledged survives a kill. */
function kept(folder: string): readonly string[] {
  return [
    "-Dqueues-storage.enabled=true",
    `-Dqueues-storage.path=${join(folder, "queues.conf")}`,
    "-Dmessages-storage.enabled=true",
    `-Dmessages-storage.uri=jdbc:h2:${join(folder, "messages")};WRITE_DELAY=0`,
  ];
}

async function fetchJars(artifact: Artifact, folder: string): Promise<void> {
  await writeFile(join(folder, "pom.xml"), pom(artifact));
  await run("mvn", ["-q", "-B", copyDependencies, "-DincludeScope=runtime", "-DoutputDirectory=lib"], folder);
}

function pom({ group, name, version }: Artifact): string {
  const dependency = `<groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version>`;
  const project = "<groupId>baton</groupId><artifactId>test-servers</artifactId><version>1</version>";
  const body = `<dependencies><dependency>${dependency}</dependency></dependencies>`;
  return `<project><modelVersion>4.0.0</modelVersion>${project}${body}</project>\n`;
}

/** `libsqlite4java-linux-amd64-1.0.392.so` is looked for under its name without the version. */
async function nameNativeLibraries(folder: string): Promise<void> {
  await mkdir(join(folder, "native"));
  for (const file of await readdir(join(folder, "lib"))) {
    const named = file.match(/^(.*)-\d[\d.]*\.(so|dylib|dll)$/);
    if (named) await copyFile(join(folder, "lib", file), join(folder, "native", `${named[1]}.${named[2]}`));
  }
}

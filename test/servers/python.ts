/**
 * What runs on Python: moto, which answers for S3, Secrets Manager, STS, SNS, EventBridge and more behind one
 * port, and the AWS CLI, the client that users have.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { cached, run } from "./cache.ts";
import { type RunningServer, startServer } from "./process.ts";

const moto = { folder: "moto-5", packages: ["moto[server]>=5,<6"] };
const awsClients = { folder: "awscli-1", packages: ["awscli>=1.44,<2", "boto3"] };

/** The newest version whose source on the registry still has moto's own tests in it. */
const motoTests = { folder: "moto-tests-5.0.28", version: "5.0.28" };

/** A folder with moto's own tests in `tests`, and a Python that runs them in `python`. */
export async function fetchMotoTests(): Promise<{ readonly folder: string }> {
  const { version } = motoTests;
  const folder = await cached(motoTests.folder, async (into) => {
    const python = await install(join(into, "python"), [`moto[all]==${version}`, "pytest", "requests"]);
    const source = ["--no-deps", "--no-binary", ":all:", "--dest", into, `moto==${version}`];
    await run(python, ["-m", "pip", "download", "--quiet", ...source]);
    await run("tar", ["xzf", `moto-${version}.tar.gz`, "--strip-components=1", `moto-${version}/tests`], into);
    await rm(join(into, `moto-${version}.tar.gz`));
  });
  return { folder };
}

export function fetchMoto(): Promise<string> {
  return environment(moto.folder, moto.packages);
}

export function fetchAwsClients(): Promise<string> {
  return environment(awsClients.folder, awsClients.packages);
}

/** How to call the AWS CLI: `run(python, [...awsCli, "stepfunctions", …])`. The same Python has boto3. */
export async function awsCli(): Promise<{ readonly python: string; readonly awsCli: readonly string[] }> {
  return { python: join(await fetchAwsClients(), "bin", "python"), awsCli: ["-m", "awscli"] };
}

export async function startMoto(): Promise<RunningServer> {
  const folder = await fetchMoto();
  return startServer({
    command: join(folder, "bin", "python"),
    args: (port) => ["-m", "moto.server", "-H", "127.0.0.1", "-p", `${port}`],
  });
}

/**
 * Programs in an environment carry its path in their first line, which the move to the final name breaks;
 * so they are called as modules of its Python, which finds its packages from where it stands.
 */
function environment(name: string, packages: readonly string[]): Promise<string> {
  return cached(name, async (folder) => void (await install(folder, packages)));
}

/** Answers the Python of the new environment. */
async function install(folder: string, packages: readonly string[]): Promise<string> {
  const python = join(folder, "bin", "python");
  await run("python3", ["-m", "venv", folder]);
  await run(python, ["-m", "pip", "install", "--quiet", ...packages]);
  return python;
}

/**
 * Prepares everything that the test servers are made of: `npx tsx test/servers/fetch.ts`. The tests fetch what
 * they need by themselves; this is for a machine that shall have it before its time is counted.
 */
import { cacheFolder } from "./cache.ts";
import { fetchDynamoDb, fetchElasticMq } from "./java.ts";
import { fetchAwsClients, fetchMoto } from "./python.ts";
import { missingJava, missingMaven, missingPython } from "./tools.ts";

const parts = [
  { name: "DynamoDB Local", needs: [missingJava, missingMaven], fetch: fetchDynamoDb },
  { name: "ElasticMQ", needs: [missingJava, missingMaven], fetch: fetchElasticMq },
  { name: "moto", needs: [missingPython], fetch: fetchMoto },
  { name: "AWS CLI and boto3", needs: [missingPython], fetch: fetchAwsClients },
];

console.log(`test servers go to ${cacheFolder()}`);
for (const part of parts) {
  const missing = await Promise.all(part.needs.map((need) => need()));
  const reason = missing.find((one) => one !== undefined);
  if (reason === undefined) await part.fetch();
  console.log(reason === undefined ? `ready: ${part.name}` : `skipped: ${part.name}: ${reason}`);
}

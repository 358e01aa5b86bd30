/**
 * `npm run record-logs -- VERSION`: records the executions of `subjects.ts` with this build, into
 * `VERSION.json.gz` beside this file. Done once for a release, and never again for the same one.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Recording, record } from "./recording.ts";
import { subjects } from "./subjects.ts";

const [version] = process.argv.slice(2);
if (version === undefined) throw new Error("which version? For example: npm run record-logs -- 0.2.0");
const file = join(import.meta.dirname, `${version}.json.gz`);
if (existsSync(file)) throw new Error(`${file} is there: what a release wrote is not recorded again by a later build`);
const recordings: Recording[] = [];
for (const subject of subjects()) recordings.push(await record(subject));
const packed = gzipSync(JSON.stringify(recordings), { level: 9 });
writeFileSync(file, packed);
const stages = recordings.reduce((sum, { stages }) => sum + stages.length, 0);
console.log(`${recordings.length} executions with ${stages} stages, ${Math.ceil(packed.length / 1024)} KiB`);

/**
 * Sequences of calls recorded on the real service, made again with the AWS SDK, whichever shape answers: answers and
 * errors are compared word for word.
 */
import * as sdk from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Credentials } from "../../lib/api/signature.ts";
import { describeExecution } from "../../lib/engine/describe.ts";
import type { Engine } from "../../lib/engine/engine.ts";
import { parseExecutionArn } from "../../lib/engine/identity.ts";
import { neverSent, type Recording, type Step, sentParams, whyNot } from "../api/recordings.ts";
import type { Json } from "../conformance/corpus.ts";
import { Matcher } from "../conformance/match.ts";

export interface RecordingsSubject {
  /** Where an account's calls go, and how they are signed. Each recording has an account of its own. */
  open(account: string): Promise<{ readonly endpoint: string; readonly credentials: Credentials }>;
  /** To look whether an execution still moves. */
  readonly engine: Engine;
  /** Lets the work go on for a moment, or does a piece of it. */
  work(): Promise<void>;
  close(): Promise<void>;
}

export function recordingsContract(
  title: string,
  recordings: readonly Recording[],
  open: () => Promise<RecordingsSubject>,
): void {
  describe(`as recorded: ${title}`, { timeout: 60_000 }, () => {
    let subject: RecordingsSubject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(async () => await subject.close());

    if (recordings.length === 0) test("all", ({ skip }) => skip("the corpus is not at hand"));
    for (const [index, recording] of recordings.entries())
      test(recording.id, async ({ skip }) => {
        const reason = whyNot(recording);
        if (reason !== undefined) skip(reason);
        const account = String(600_000_000_000 + index);
        const client = new sdk.SFNClient({
          ...(await subject.open(account)),
          region: "us-east-1",
          maxAttempts: 1,
          disableHostPrefix: true, // sync-127.0.0.1 is no name
        });
        await new Replay(recording, account, client, subject).run();
        client.destroy();
      });
  });
}

/** Members that the service added after many of the recordings were made. */
const addedSince = new Set(["encryptionConfiguration", "redriveCount", "redriveStatus", "redriveStatusReason"]);

class Replay {
  readonly #recording: Recording;
  readonly #client: sdk.SFNClient;
  readonly #subject: RecordingsSubject;
  readonly #matcher: Matcher;
  /** What stood in the recording, and what stands there now. */
  readonly #now = new Map<string, string>();

  constructor(recording: Recording, account: string, client: sdk.SFNClient, subject: RecordingsSubject) {
    this.#recording = recording;
    this.#client = client;
    this.#subject = subject;
    this.#matcher = new Matcher([...(recording.placeholders ?? []), "datetime", "timestamp"]);
    this.#now.set("111111111111", account);
  }

  async run(): Promise<void> {
    for (const step of this.#recording.steps) {
      if (neverSent(step, this.#recording)) continue;
      const { name, message, answer } = await this.#send(step);
      if (step.error) expect({ code: name, message }).toEqual(this.#today(step.error));
      else expect(name && `${name}: ${message}`).toBeUndefined();
      if (step.returned) this.#learn(step.returned, answer);
      if (step.response) {
        this.#learn(step.response, answer);
        expect(this.#differences(step.response, answer)).toEqual([]);
      }
      await this.#settle(answer["executionArn"]);
    }
  }

  async #send(step: Step): Promise<{ name?: string; message?: string; answer: Record<string, unknown> }> {
    const command = Reflect.get(sdk, `${step.operation}Command`);
    try {
      const { $metadata: _, ...answer } = await this.#client.send(new command(this.#today(sentParams(step))));
      return { answer };
    } catch (error) {
      if (!(error instanceof sdk.SFNServiceException)) throw error;
      return { name: error.name, message: error.message, answer: {} };
    }
  }

  /** The recorded value with everything in it that has another value now. */
  #today<T>(recorded: T): T {
    let text = JSON.stringify(recorded);
    for (const [then, now] of this.#now) text = text.replaceAll(then, now);
    return JSON.parse(text);
  }

  /** An execution's name was drawn: it is the last part of its ARN. So was a revision's id. */
  #learn(recorded: Readonly<Record<string, Json>>, answer: Record<string, unknown>): void {
    if (typeof recorded["revisionId"] === "string") this.#now.set(recorded["revisionId"], `${answer["revisionId"]}`);
    const [then, now] = [recorded["executionArn"], answer["executionArn"]];
    if (typeof then !== "string" || typeof now !== "string") return;
    this.#now.set(then.slice(then.lastIndexOf(":") + 1), now.slice(now.lastIndexOf(":") + 1));
  }

  #differences(recorded: Json, answer: unknown): readonly unknown[] {
    const plain = JSON.parse(JSON.stringify(answer));
    return this.#matcher
      .differences("", this.#today(recorded), plain, "payloads")
      .filter(({ path, expected }) => expected !== undefined || !addedSince.has(path.slice(path.lastIndexOf("/") + 1)));
  }

  /** Until the execution has ended, or waits for a time that these tests do not wait for, or for the next step. */
  async #settle(arn: unknown): Promise<void> {
    const id = typeof arn === "string" ? parseExecutionArn(arn) : undefined;
    if (!id) return;
    for (;;) {
      const execution = await describeExecution(this.#subject.engine, id);
      if (execution?.summary.status !== "RUNNING" || isIdle(execution.waitingFor)) return;
      await this.#subject.work();
    }
  }
}

function isIdle(waitingFor = ""): boolean {
  return /^(waits until|runs task GetActivityTask)/.test(waitingFor);
}

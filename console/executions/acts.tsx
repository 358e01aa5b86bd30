/** Stop or redrive many executions at once: first the count, then the act, then what came of each. */
import { useEffect, useState } from "preact/hooks";
import { endedInVain, manyInVain } from "../../lib/cli/explain/in-vain.ts";
import { count, several } from "../../lib/cli/explain/words.ts";
import { type ApiError, asApiError, call } from "../api/client.ts";
import type { Execution } from "../api/wire.ts";
import { ActDialog } from "../parts/dialog.tsx";
import { Failed } from "../parts/failure.tsx";
import { shellWord } from "../parts/words.ts";
import { namesIn } from "../route.ts";
import { type Asked, searchExecutions } from "./search.ts";

interface ManyActsProps {
  readonly asked: Asked;
  /** Those that are shown. */
  readonly executions: readonly Execution[];
  readonly chosen: ReadonlySet<string>;
  readonly clear: () => void;
}

interface Kind {
  readonly verb: "Stop" | "Redrive";
  readonly operation: "StopExecution" | "RedriveExecution";
  readonly command: "stop" | "redrive";
  readonly says: string;
  readonly applies: (execution: Execution) => boolean;
}

const kinds: readonly Kind[] = [
  {
    verb: "Stop",
    operation: "StopExecution",
    command: "stop",
    says: "Each ends as stopped, with all its branches. What its tasks have done so far stays done.",
    applies: ({ status }) => status === "RUNNING",
  },
  {
    verb: "Redrive",
    operation: "RedriveExecution",
    command: "redrive",
    says: "Each goes on from the state that failed. What succeeded is not done again.",
    applies: ({ status }) => status === "FAILED" || status === "TIMED_OUT" || status === "ABORTED",
  },
];

export function ManyActs({ asked, executions, chosen, clear }: ManyActsProps) {
  const [open, setOpen] = useState<{ kind: Kind; targets: readonly Execution[] }>();
  const [counting, setCounting] = useState(false);
  const [failed, setFailed] = useState<ApiError>();
  const picked = executions.filter(({ executionArn }) => chosen.has(executionArn));
  const ask = async (kind: Kind): Promise<void> => {
    setCounting(true);
    setFailed(undefined);
    try {
      const targets = picked.length > 0 ? picked : await allMatching(asked);
      setOpen({ kind, targets: targets.filter(kind.applies) });
    } catch (error) {
      setFailed(asApiError(error));
    }
    setCounting(false);
  };
  return (
    <div class="many">
      <span class="quiet">
        {counting ? "Counting…" : picked.length > 0 ? `${count(picked.length)} chosen` : "All that match"}
      </span>
      {kinds.map((kind) => (
        <button key={kind.verb} type="button" disabled={counting} onClick={() => void ask(kind)}>
          {kind.verb}…
        </button>
      ))}
      {picked.length > 0 && (
        <button type="button" class="plain" onClick={clear}>
          clear the choice
        </button>
      )}
      {failed && <Failed error={failed} once />}
      {open && <ManyDialog {...open} close={() => setOpen(undefined)} />}
    </div>
  );
}

/** More at once are a job for the command line. */
const mostTargets = 10_000;

async function allMatching(asked: Asked): Promise<readonly Execution[]> {
  const found = new Map<string, Execution>();
  let nextToken: string | undefined;
  do {
    const page = await searchExecutions(asked, nextToken, 1_000);
    for (const execution of page.executions) found.set(execution.executionArn, execution);
    nextToken = page.nextToken;
  } while (nextToken !== undefined && found.size < mostTargets);
  return [...found.values()];
}

const atOnce = 8;

/** Each costs a request: of so many the user can think on. */
const mostLookedAt = 200;

/** What speaks against redriving them, as far as has been looked. */
function useWarning({ verb }: Kind, targets: readonly Execution[]): string | undefined {
  const [warning, setWarning] = useState<string>();
  useEffect(() => {
    let gone = false;
    const look = async (): Promise<void> => {
      // Who was stopped or ran out of time has come to no Fail state.
      const seen = targets.slice(0, mostLookedAt).filter(({ status }) => status === "FAILED");
      let inVain = 0;
      for (let from = 0; from < seen.length && !gone; from += atOnce) {
        const part = seen.slice(from, from + atOnce).map(({ executionArn }) => endedInVain(call, executionArn));
        for (const result of await Promise.allSettled(part)) {
          if (result.status === "fulfilled" && result.value) inVain += 1;
        }
      }
      if (!gone)
        setWarning(manyInVain({ inVain, looked: Math.min(targets.length, mostLookedAt), all: targets.length }));
    };
    if (verb === "Redrive") void look();
    return () => {
      gone = true;
    };
  }, []);
  return warning;
}

function ManyDialog({ kind, targets, close }: { kind: Kind; targets: readonly Execution[]; close: () => void }) {
  const [done, setDone] = useState(0);
  const warning = useWarning(kind, targets);
  const act = async (): Promise<void> => {
    const refused: string[] = [];
    for (let from = 0; from < targets.length; from += atOnce) {
      const part = targets.slice(from, from + atOnce);
      const results = await Promise.allSettled(part.map(({ executionArn }) => call(kind.operation, { executionArn })));
      for (const result of results) if (result.status === "rejected") refused.push(String(result.reason?.message));
      setDone(from + part.length);
    }
    if (refused.length > 0) throw new Error(`${count(refused.length)} were refused, the first with: ${refused[0]}`);
  };
  const [first] = targets;
  const names = first && namesIn(first.executionArn);
  return (
    <ActDialog
      title={`${kind.verb} ${several(targets.length, "execution")}`}
      verb={targets.length === 0 ? "Nothing to do" : `${kind.verb} ${count(targets.length)}`}
      danger={kind.verb === "Stop"}
      act={act}
      close={close}
      {...(names && {
        command: `baton ${kind.command} ${shellWord(`${names.machine}/${names.name}`)}   # each of them`,
      })}
    >
      <p>{kind.says}</p>
      {warning && (
        <p role="status" class="tone-warn">
          {warning}
        </p>
      )}
      {done > 0 && <p role="status">{`${count(done)} of ${count(targets.length)}`}</p>}
    </ActDialog>
  );
}

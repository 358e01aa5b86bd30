/** What can be done with an execution: stop it, redrive it, start again with its input or another. */
import { useState } from "preact/hooks";
import { failsAgain } from "../../lib/cli/explain/in-vain.ts";
import { call } from "../api/client.ts";
import { may, useSession } from "../api/session.ts";
import type { ExecutionDescription } from "../api/wire.ts";
import { StartDialog } from "../machine/start.tsx";
import { ActDialog } from "../parts/dialog.tsx";
import { shellWord } from "../parts/words.ts";
import { nameIn } from "../route.ts";

interface ActsProps {
  readonly description: ExecutionDescription;
  /** A redrive would come to the same end. */
  readonly redriveInVain: boolean;
  /** It is another execution now: look again. */
  readonly changed: () => void;
}

type Open = "stop" | "redrive" | "again";

export function ExecutionActs(props: ActsProps) {
  const { description, redriveInVain } = props;
  const session = useSession();
  const [open, setOpen] = useState<Open>();
  const { status, redriveStatus, input = "{}", stateMachineArn, mapRunArn } = description;
  const close = (): void => setOpen(undefined);
  return (
    <div class="acts">
      {status === "RUNNING" && may(session, "operate") && (
        <button type="button" onClick={() => setOpen("stop")}>
          Stop…
        </button>
      )}
      {redriveStatus === "REDRIVABLE" && may(session, "operate") && (
        <button type="button" class={redriveInVain ? "" : "primary"} onClick={() => setOpen("redrive")}>
          Redrive…
        </button>
      )}
      {may(session, "start") && mapRunArn === undefined && (
        <button type="button" onClick={() => setOpen("again")}>
          Start again…
        </button>
      )}
      {open === "stop" && <Stop {...props} close={close} />}
      {open === "redrive" && <Redrive {...props} close={close} />}
      {open === "again" && (
        <StartDialog
          machine={nameIn(stateMachineArn)}
          qualifier={qualifierOf(description)}
          input={input}
          close={close}
        />
      )}
    </div>
  );
}

/** Whoever was started by an alias is started by it again, and not as whatever somebody has saved since. */
function qualifierOf({ stateMachineAliasArn, stateMachineVersionArn }: ExecutionDescription): string | undefined {
  return (stateMachineAliasArn ?? stateMachineVersionArn)?.split(":")[7];
}

interface DialogProps extends ActsProps {
  readonly close: () => void;
}

function Stop({ description, changed, close }: DialogProps) {
  const { executionArn, name, stateMachineArn } = description;
  const [cause, setCause] = useState("");
  const target = shellWord(`${nameIn(stateMachineArn)}/${name}`);
  return (
    <ActDialog
      title={`Stop ${name}`}
      verb="Stop it"
      danger
      command={`baton stop ${target}${cause === "" ? "" : ` --cause ${shellWord(cause)}`}`}
      close={close}
      act={async () => {
        await call("StopExecution", { executionArn, ...(cause !== "" && { cause }) });
        changed();
      }}
    >
      <p>It ends as stopped, with all its branches and what it started. What its tasks have done so far stays done.</p>
      <div class="fields">
        <label>
          Why (kept with it)
          <input value={cause} onInput={(event) => setCause(event.currentTarget.value)} />
        </label>
      </div>
    </ActDialog>
  );
}

function Redrive({ description, redriveInVain, changed, close }: DialogProps) {
  const { executionArn, name, stateMachineArn } = description;
  return (
    <ActDialog
      title={`Redrive ${name}`}
      verb="Redrive it"
      command={`baton redrive ${shellWord(`${nameIn(stateMachineArn)}/${name}`)}`}
      close={close}
      act={async () => {
        await call("RedriveExecution", { executionArn });
        changed();
      }}
    >
      <p>
        It goes on from the state that failed, with the definition and the input it has, and with new attempts. What
        succeeded is not done again.
      </p>
      {redriveInVain && <p class="tone-warn">That is a Fail state: {failsAgain("it")}</p>}
    </ActDialog>
  );
}

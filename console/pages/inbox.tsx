/** The inbox: everything that waits for a person, the most pressing first; one chosen is answered beside the list. */
import { useEffect, useRef, useState } from "preact/hooks";
import { relative, several } from "../../lib/cli/explain/words.ts";
import { useLive } from "../api/live.ts";
import { may, useSession } from "../api/session.ts";
import { type OpenTask, openTasks, taskPlace } from "../inbox/open-tasks.ts";
import { Task } from "../inbox/task.tsx";
import { Failed } from "../parts/failure.tsx";
import { useNow } from "../parts/time.tsx";
import { useTitle } from "../parts/title.ts";
import { executionLink, go, link, namesIn } from "../route.ts";

export function InboxPage({ chosen }: { readonly chosen: string | undefined }) {
  useTitle("Inbox");
  const session = useSession();
  return (
    <section class="page">
      <h1>Inbox</h1>
      {session.role !== undefined && !may(session, "operate") ? (
        <p class="empty">Open tasks come with what answers them: this takes a key of role operate or admin.</p>
      ) : (
        <Tasks chosen={chosen} />
      )}
    </section>
  );
}

function Tasks({ chosen }: { readonly chosen: string | undefined }) {
  const { value, error, again } = useLive({ key: "inbox", load: openTasks, restMilliseconds: 2_000 });
  const [says, setSays] = useState("");
  const now = useNow();
  const { tasks, areAll } = value ?? { tasks: [], areAll: true };
  const open = tasks.find((task) => isAt(task, chosen));
  const status = useRef<HTMLParagraphElement>(null);
  const seen = useRef<OpenTask>(undefined);
  if (open) seen.current = open;
  // What was said is about the task before.
  useEffect(() => {
    if (open) setSays("");
  }, [open?.id]);
  const answered = (word: string): void => {
    setSays(`${word} The execution goes on.`);
    again();
    go(link(["inbox"]));
    status.current?.focus(); // the button goes with its form, and the next task is close to here
  };
  const tooLate = (): void => {
    setSays("Your answer does not count: the task was answered before, or its time was over.");
    again();
  };
  const before = seen.current && isAt(seen.current, chosen) ? seen.current : undefined;
  return (
    <>
      {error && <Failed error={error} />}
      <p class="quiet" role="status" ref={status} tabIndex={-1}>
        {says} {waiting(tasks.length, areAll)}
      </p>
      {value && areAll && tasks.length === 0 && (
        <p class="empty">Nobody is waited for. {before && <Gone areAll task={before} />}</p>
      )}
      {tasks.length > 0 && (
        <div class={open ? "split inbox answering" : "split inbox"}>
          {open && (
            <a class="back" href={link(["inbox"])}>
              All open tasks
            </a>
          )}
          <ul class="tasks panel">
            {tasks.map((task) => (
              <Entry key={task.id} task={task} now={now} current={task === open} />
            ))}
          </ul>
          {open ? (
            <Task key={open.id} task={open} now={now} answered={answered} tooLate={tooLate} />
          ) : (
            <p class="panel empty">
              {chosen === undefined ? "Choose a task to answer it." : <Gone areAll={areAll} task={before} />}
            </p>
          )}
        </div>
      )}
    </>
  );
}

function waiting(tasks: number, areAll: boolean): string {
  const some = `${several(tasks, "task waits", "tasks wait")} for somebody`;
  if (!areAll) return `${some}, and more than these were looked for: \`baton inbox\` lists all.`;
  return tasks === 0 ? "" : `${some}.`;
}

/** A task is named by its id or by its place. */
function isAt({ id, executionArn, state }: OpenTask, chosen: string | undefined): boolean {
  return chosen !== undefined && (id === chosen || taskPlace(executionArn, state) === chosen);
}

/** `task`: as it was seen here. */
function Gone({ areAll, task }: { readonly areAll: boolean; readonly task: OpenTask | undefined }) {
  if (!areAll) return "This task is none of these. It may be one of the others.";
  if (!task) return "This task does not wait any more.";
  const { machine, name } = namesIn(task.executionArn);
  return (
    <>
      This task does not wait any more. <a href={executionLink(machine, name, task.state)}>What became of it</a>
    </>
  );
}

function Entry({ task, now, current }: { readonly task: OpenTask; readonly now: number; readonly current: boolean }) {
  const { machine, name } = namesIn(task.executionArn);
  return (
    <li>
      <a href={link(["inbox", task.id])} aria-current={current ? "true" : undefined}>
        <strong>{task.question ?? task.state}</strong>
        <span class="quiet">
          {machine} / {name}
        </span>
        <span class="quiet">
          asked {relative(Date.parse(task.since), now)},{" "}
          {task.until === undefined ? "no deadline" : `deadline ${relative(Date.parse(task.until), now)}`}
        </span>
      </a>
    </li>
  );
}

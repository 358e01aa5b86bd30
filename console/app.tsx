/** The frame around every page: where one is, where one can go, and which key asks. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { askRole } from "./api/client.ts";
import { useSession } from "./api/session.ts";
import { CreateMachinePage } from "./pages/create-machine.tsx";
import { ExecutionPage } from "./pages/execution.tsx";
import { ExecutionsPage } from "./pages/executions.tsx";
import { InboxPage } from "./pages/inbox.tsx";
import { KeyPage } from "./pages/key.tsx";
import { MachinePage } from "./pages/machine.tsx";
import { MachinesPage } from "./pages/machines.tsx";
import { Guarded } from "./parts/guarded.tsx";
import { link, type Route, useRoute } from "./route.ts";
import { chooseTheme, chosenTheme, type Theme, themes } from "./theme.ts";

const sections = [
  ["executions", "Executions"],
  ["machines", "Machines"],
  ["inbox", "Inbox"],
] as const;

/** A page of its own for an act belongs to a section, too. */
const sectionsOfActs: Readonly<Record<string, (typeof sections)[number][0]>> = { "create-machine": "machines" };

export function App() {
  const route = useRoute();
  const session = useSession();
  const section = route.path[0] ?? "executions";
  useEffect(askRole, [session.key]);
  return (
    <>
      <button type="button" class="skip" onClick={skipToMain}>
        Skip to the content
      </button>
      <header class="top">
        <a class="brand" href={link([])}>
          <span aria-hidden="true">⁄</span> Baton
        </a>
        <nav aria-label="Sections">
          {sections.map(([path, title]) => (
            <a
              key={path}
              href={link([path])}
              aria-current={(sectionsOfActs[section] ?? section) === path ? "page" : undefined}
            >
              {title}
            </a>
          ))}
        </nav>
        <Settings role={session.key && session.role} />
      </header>
      <main id="main" tabIndex={-1}>
        <Guarded where={route.path.join("/")}>
          {session.refused !== undefined || section === "key" ? <KeyPage /> : pageFor(route)}
        </Guarded>
      </main>
    </>
  );
}

function skipToMain(): void {
  document.getElementById("main")?.focus();
}

function pageFor({ path, query }: Route): ComponentChildren {
  const [section = "executions", first, second, third] = path;
  if (section === "executions" && first !== undefined && second !== undefined)
    return <ExecutionPage machine={first} name={second} state={third} query={query} key={`${first}/${second}`} />;
  if (section === "executions") return <ExecutionsPage query={query} />;
  if (section === "machines" && first !== undefined) return <MachinePage name={first} query={query} key={first} />;
  if (section === "inbox") return <InboxPage chosen={first} />;
  if (section === "create-machine") return <CreateMachinePage />;
  if (section === "machines") return <MachinesPage query={query} />;
  return (
    <section class="page">
      <h1>There is no such page</h1>
      <p>
        <a href={link([])}>Back to the executions</a>
      </p>
    </section>
  );
}

function Settings({ role }: { readonly role: string | undefined }) {
  const [theme, setTheme] = useState(chosenTheme());
  const choose = (event: Event): void => {
    const chosen = (event.currentTarget as HTMLSelectElement).value as Theme; // the options are the themes
    chooseTheme(chosen);
    setTheme(chosen);
  };
  return (
    <div class="settings">
      {role !== undefined && <a href={link(["key"])}>key: {role}</a>}
      <label>
        <span class="hidden">Theme</span>
        <select value={theme} onChange={choose}>
          {themes.map((each) => (
            <option key={each} value={each}>
              {each === "system" ? "system theme" : each}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

/** The machines in rows: a name leads to its machine, a tag to all machines that have it. */
import type { Tagged } from "../api/wire.ts";
import { Scroll } from "../parts/scroll.tsx";
import { Moment, useNow } from "../parts/time.tsx";
import { link } from "../route.ts";
import { searchForTag } from "./search.ts";

export function MachineTable({ machines }: { readonly machines: readonly Tagged[] }) {
  const now = useNow();
  return (
    <Scroll class="scroll" label="Machines">
      <table class="list machines">
        <thead>
          <tr>
            <th scope="col">Name and tags</th>
            <th scope="col">Type</th>
            <th scope="col" class="aside">
              Created
            </th>
            <th scope="col">Runs</th>
          </tr>
        </thead>
        <tbody>
          {machines.map((machine) => (
            <Row key={machine.name} machine={machine} now={now} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Row({ machine: { name, type, creationDate, tags }, now }: { readonly machine: Tagged; readonly now: number }) {
  return (
    <tr>
      <th scope="row">
        <a href={link(["machines", name])}>{name}</a>
        {tags.length > 0 && <Tags tags={tags} />}
      </th>
      <td>{type === "STANDARD" ? "Standard" : "Express"}</td>
      <td class="aside">
        <Moment at={creationDate * 1_000} now={now} />
      </td>
      <td>
        <a href={link(["executions"], { machine: name })} aria-label={`Executions of ${name}`}>
          executions
        </a>
      </td>
    </tr>
  );
}

function Tags({ tags }: Pick<Tagged, "tags">) {
  return (
    <ul class="tags" aria-label="Tags">
      {tags.map(({ key, value }) => (
        <li key={key}>
          <a class="tag" href={link(["machines"], { q: searchForTag(key, value) })} title="Machines with this tag">
            {value === "" ? key : `${key}=${value}`}
          </a>
        </li>
      ))}
    </ul>
  );
}

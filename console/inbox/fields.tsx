/**
 * A form made from the JSON Schema of an answer: a field for each value, a group for each object, and for a list
 * as many of its fields as one likes; all said in the schema's words.
 */
import type { Schema } from "../../lib/cli/inbox/schema.ts";
import { choiceText, type Draft, type Drafts, draftOf, fieldsOf, kindOf } from "./answer.ts";

interface FieldsProps {
  readonly schema: Schema;
  readonly drafts: Drafts;
  readonly change: (drafts: Drafts) => void;
  /** Names the group among all of the page. */
  readonly id: string;
  /** An object that need not be given asks for nothing, until something of it is given. */
  readonly needed: boolean;
}

export function Fields({ schema, drafts, change, id, needed }: FieldsProps) {
  return (
    <>
      {fieldsOf(schema).map(([name, field], index) => (
        <Field
          key={name}
          id={`${id}-${index}`}
          name={name}
          field={field}
          required={needed && (schema.required?.includes(name) ?? false)}
          draft={drafts[name] ?? ""}
          change={(draft) => change({ ...drafts, [name]: draft })}
        />
      ))}
    </>
  );
}

interface FieldProps {
  readonly id: string;
  readonly name: string;
  readonly field: Schema;
  readonly required: boolean;
  readonly draft: Draft;
  readonly change: (draft: Draft) => void;
}

function Field(props: FieldProps) {
  const { id, name, field, required, draft, change } = props;
  switch (kindOf(field)) {
    case "flag":
      return (
        <label class="flag">
          <input type="checkbox" checked={draft === true} onChange={(event) => change(event.currentTarget.checked)} />{" "}
          {field.title ?? name}
        </label>
      );
    case "object":
      return <Group {...props} />;
    case "list":
      return <List {...props} />;
    default:
      return (
        <label for={id}>
          {titleOf(props)}
          {field.description !== undefined && <span class="hint">{field.description}</span>}
          <Input id={id} field={field} required={required} value={String(draft)} change={change} />
        </label>
      );
  }
}

function titleOf({ name, field, required }: FieldProps): string {
  return `${field.title ?? name}${required ? "" : " (optional)"}`;
}

function Group(props: FieldProps) {
  const { id, field, required, draft, change } = props;
  const drafts = typeof draft === "object" && !Array.isArray(draft) ? (draft as Drafts) : {}; // the other kind of object
  return (
    <fieldset class="group">
      <legend>{titleOf(props)}</legend>
      {field.description !== undefined && <p class="hint quiet">{field.description}</p>}
      <Fields schema={field} drafts={drafts} change={change} id={id} needed={required} />
    </fieldset>
  );
}

function List(props: FieldProps) {
  const { id, name, field, draft, change } = props;
  const { items = {}, maxItems = Number.POSITIVE_INFINITY } = field;
  const drafts: readonly Draft[] = Array.isArray(draft) ? draft : [];
  const title = field.title ?? name;
  return (
    <fieldset class="group">
      <legend>{titleOf(props)}</legend>
      {field.description !== undefined && <p class="hint quiet">{field.description}</p>}
      {drafts.map((each, index) => (
        <div class="item" key={index}>
          <Field
            id={`${id}-${index}`}
            name={`${items.title ?? title} ${index + 1}`}
            field={items.title === undefined ? items : { ...items, title: `${items.title} ${index + 1}` }}
            required
            draft={each}
            change={(changed) => change(drafts.with(index, changed))}
          />
          <button
            type="button"
            class="plain"
            aria-label={`Remove ${title} ${index + 1}`}
            onClick={() => change(drafts.toSpliced(index, 1))}
          >
            remove
          </button>
        </div>
      ))}
      <p>
        <button type="button" disabled={drafts.length >= maxItems} onClick={() => change([...drafts, draftOf(items)])}>
          {`Add to ${title}`}
        </button>
      </p>
    </fieldset>
  );
}

interface InputProps {
  readonly id: string;
  readonly field: Schema;
  readonly required: boolean;
  readonly value: string;
  readonly change: (value: string) => void;
}

function Input({ id, field, required, value, change }: InputProps) {
  switch (kindOf(field)) {
    case "choice":
      return (
        <select id={id} value={value} required={required} onChange={(event) => change(event.currentTarget.value)}>
          <option value="">choose</option>
          {(field.enum ?? []).map((each) => (
            <option key={choiceText(each)}>{choiceText(each)}</option>
          ))}
        </select>
      );
    case "number":
      return (
        <input
          id={id}
          type="number"
          step={field.type === "integer" ? 1 : "any"}
          value={value}
          required={required}
          {...(field.minimum !== undefined && { min: field.minimum })}
          {...(field.maximum !== undefined && { max: field.maximum })}
          onInput={(event) => change(event.currentTarget.value)}
        />
      );
    case "json":
      return (
        <textarea
          id={id}
          class="code"
          value={value}
          required={required}
          onInput={(event) => change(event.currentTarget.value)}
        />
      );
    default:
      return (
        <input
          id={id}
          value={value}
          required={required}
          {...(field.maxLength !== undefined && { maxLength: field.maxLength })}
          {...(field.pattern !== undefined && { pattern: `.*(?:${field.pattern}).*` })}
          onInput={(event) => change(event.currentTarget.value)}
        />
      );
  }
}

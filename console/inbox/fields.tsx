/** A form made from the JSON Schema of an answer: one field for each property, said in the schema's words. */
import { type Filled, fieldsOf, kindOf } from "./answer.ts";
import type { Schema } from "./open-tasks.ts";

interface FieldsProps {
  readonly schema: Schema;
  readonly filled: Filled;
  readonly change: (filled: Filled) => void;
}

export function Fields({ schema, filled, change }: FieldsProps) {
  return (
    <>
      {fieldsOf(schema).map(([name, field], index) => (
        <Field
          key={name}
          id={`answer-${index}`}
          name={name}
          field={field}
          required={schema.required?.includes(name) ?? false}
          value={filled[name] ?? ""}
          change={(value) => change({ ...filled, [name]: value })}
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
  readonly value: string | boolean;
  readonly change: (value: string | boolean) => void;
}

function Field({ id, name, field, required, value, change }: FieldProps) {
  const title = `${field.title ?? name}${required ? "" : " (optional)"}`;
  if (kindOf(field) === "flag")
    return (
      <label class="flag">
        <input type="checkbox" checked={value === true} onChange={(event) => change(event.currentTarget.checked)} />{" "}
        {field.title ?? name}
      </label>
    );
  return (
    <label for={id}>
      {title}
      {field.description !== undefined && <span class="hint">{field.description}</span>}
      <Input id={id} field={field} required={required} value={String(value)} change={change} />
    </label>
  );
}

function Input({
  id,
  field,
  required,
  value,
  change,
}: Omit<FieldProps, "name" | "value"> & { readonly value: string }) {
  switch (kindOf(field)) {
    case "choice":
      return (
        <select id={id} value={value} required={required} onChange={(event) => change(event.currentTarget.value)}>
          <option value="">choose</option>
          {(field.enum ?? []).map((each) => (
            <option key={String(each)}>{String(each)}</option>
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
          {...(field.pattern !== undefined && { pattern: field.pattern })}
          onInput={(event) => change(event.currentTarget.value)}
        />
      );
  }
}

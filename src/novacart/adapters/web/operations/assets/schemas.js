// Reading JSON Schema, as far as OpenAPI documents of ours use it.

export function resolve(schema, specification) {
  if (!schema.$ref) return schema;
  const steps = schema.$ref.slice(2).split("/");
  return resolve(steps.reduce((place, step) => place[step], specification), specification);
}

// A value that fits the schema: what a person starts from when filling in a body.
export function example(given, specification) {
  const schema = resolve(given, specification);
  if (schema.example !== undefined) return schema.example;
  if (schema.examples?.length) return schema.examples[0];
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "object" || schema.properties) {
    const members = Object.entries(schema.properties ?? {}).filter(([, member]) => !member.readOnly);
    return Object.fromEntries(members.map(([name, member]) => [name, example(member, specification)]));
  }
  if (type === "array") return [example(schema.items ?? {}, specification)];
  if (type === "integer" || type === "number") return Math.max(schema.minimum ?? 1, 1);
  if (type === "boolean") return true;
  return "";
}

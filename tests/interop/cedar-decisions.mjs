// Decides as Cedar's own host for Node.js does. Reads {schema, sets: [{policies: {id: text}, requests}]} on standard input; writes
// a line for each request: the decision, the ids of the policies that determined it, and the ids of those that failed.
import { readFileSync } from "node:fs";
import cedar from "@cedar-policy/cedar-wasm/nodejs";

const ask = JSON.parse(readFileSync(0, "utf8"));
const require = (answer) => {
  if (answer.type !== "success") throw new Error(JSON.stringify(answer.errors));
  return answer;
};
const sorted = (ids) => `[${ids.sort().join(" ")}]`;

function decide(request) {
  const answer = cedar.statefulIsAuthorized({
    ...request,
    preparsedPolicySetId: "set",
    preparsedSchemaName: "schema",
    validateRequest: true,
  });
  if (answer.type !== "success") return `deny [] ${sorted(answer.errors.map(() => ""))}`;
  const { decision, diagnostics } = answer.response;
  return `${decision} ${sorted(diagnostics.reason)} ${sorted(diagnostics.errors.map((error) => error.policyId))}`;
}

require(cedar.preparseSchema("schema", ask.schema));
const lines = [];
for (const { policies, requests } of ask.sets) {
  require(cedar.preparsePolicySet("set", { staticPolicies: policies }));
  for (const request of requests) lines.push(decide(request));
}
process.stdout.write(lines.join("\n"));

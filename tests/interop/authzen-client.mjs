// Asks a decision point that it knows by its identifier alone, as the AuthZEN Authorization API 1.0 says: metadata, one
// evaluation, many, and one without a token. stdin: {"decisionPoint", "token", "task"}; stdout: the decisions.
import { text } from "node:stream/consumers";

const { decisionPoint, token, task } = JSON.parse(await text(process.stdin));
const metadata = await (await fetch(new URL("/.well-known/authzen-configuration", decisionPoint))).json();
if (metadata.policy_decision_point !== decisionPoint) throw new Error(`the metadata is of ${metadata.policy_decision_point}`);

const post = (address, body, headers) =>
  fetch(address, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });

async function ask(address, body) {
  const id = crypto.randomUUID();
  const response = await post(address, body, { authorization: `Bearer ${token}`, "x-request-id": id });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  if (response.headers.get("x-request-id") !== id) throw new Error("the request id is lost");
  return response.json();
}

const subject = { type: "task", id: task };
const resource = { type: "target", id: "orders-api" };
const read = { subject, action: { name: "read" }, resource };
const one = await ask(metadata.access_evaluation_endpoint, read);
const other = await ask(metadata.access_evaluation_endpoint, { subject, action: { name: "write" }, resource });
const many = await ask(metadata.access_evaluations_endpoint, { subject, resource, evaluations: [{ action: { name: "read" } }, { action: { name: "write" } }, {}] });
const nobody = await post(metadata.access_evaluation_endpoint, read, {});
console.log(JSON.stringify({ read: one.decision, write: other.decision, many: many.evaluations.map((answer) => answer.decision), status: nobody.status }));

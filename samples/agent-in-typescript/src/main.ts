import { connect } from "./services.js";
import { BrokerTask } from "./task.js";

const ANSWERS_401_WITHIN = 5_000;

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`Set ${name}.`);
  return value;
}

async function statusOf(address: string, token: string): Promise<number> {
  const response = await fetch(new URL("/orders", address), { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(10_000) });
  await response.arrayBuffer();
  return response.status;
}

function expect(held: boolean, otherwise: string): asserts held {
  if (!held) throw new Error(otherwise);
}

async function run(): Promise<void> {
  const orders = setting("ORDERS_API_URL");
  const services = connect(setting("CREDBROKER_ADDRESS"));
  const task = await BrokerTask.open(services, setting("CREDBROKER_EVIDENCE_FILE"), {
    purpose: "reconcile-invoices",
    intent: "match March invoices to payments",
  });
  console.log(`attested as ${task.subject}`);
  console.log(`task opened ${task.id}`);
  let outcome = "failed";
  let token = "";
  try {
    const { lease, credential } = await task.issue("orders-api", "READ");
    console.log(`lease issued ${lease?.id} from ${lease?.template}`);
    token = credential?.accessToken?.value ?? "";
    const status = await statusOf(orders, token);
    expect(status === 200, `the orders API answered ${status} to a fresh token, not 200.`);
    console.log("orders API answered 200");
    outcome = "succeeded";
  } finally {
    const receipt = await task.end(outcome);
    console.log(`task ended: ${receipt.total ?? 0} leases, ${receipt.confirmed ?? 0} confirmed dead, ${receipt.pending ?? 0} pending`);
    services.close();
  }
  const end = Date.now() + ANSWERS_401_WITHIN;
  let status = await statusOf(orders, token);
  while (status === 200 && Date.now() < end) status = await statusOf(orders, token);
  expect(status === 401, `the orders API answered ${status} to the dead token, not 401.`);
  console.log("the same token was answered 401 (revoked)");
}

try {
  await run();
} catch (error) {
  // Refusals carry their reason; no message of the broker holds a secret.
  console.error(`agent: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

import type { Metadata } from "@grpc/grpc-js";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { EndTaskResponse__Output } from "../generated/credbroker/v1/EndTaskResponse.js";
import type { HeartbeatResponse__Output } from "../generated/credbroker/v1/HeartbeatResponse.js";
import type { IssueResponse__Output } from "../generated/credbroker/v1/IssueResponse.js";
import type { OpenTaskResponse__Output } from "../generated/credbroker/v1/OpenTaskResponse.js";
import { call } from "./call.js";
import { bearer, type Services } from "./services.js";

type Issued = NonNullable<IssueResponse__Output["issued"]>;

/** What an agent says that it is going to do. */
export interface Purpose {
  purpose: string;
  intent?: string;
}

/** An open task. Its heartbeats go out until it ends; without them the broker ends it, and everything that was issued for it. */
export class BrokerTask {
  readonly #services: Services;
  readonly #metadata: Metadata;
  readonly #beats: NodeJS.Timeout;

  private constructor(
    services: Services,
    token: string,
    readonly id: string,
    readonly subject: string,
    interval: number,
  ) {
    this.#services = services;
    this.#metadata = bearer(token);
    // Twice in an interval: one beat may be lost. A task that is over refuses them, and whoever uses it finds out.
    this.#beats = setInterval(() => void this.#beat().catch(() => {}), interval / 2);
  }

  /** Proves what this workload is, and opens a task. The file is read anew each time, for its evidence does not last. */
  static async open(services: Services, evidenceFile: string, { purpose, intent }: Purpose): Promise<BrokerTask> {
    const payload = Buffer.from((await readFile(evidenceFile, "utf8")).trim());
    const request = { evidence: { attestor: "spiffe_jwt", payload }, taskRef: randomUUID(), purpose, intent };
    const { task, taskToken } = await call<OpenTaskResponse__Output>((done) => services.tasks.OpenTask(request, done));
    if (!task?.id || !taskToken) throw new Error("The broker opened no task.");
    const { seconds, nanos } = task.heartbeatInterval ?? {};
    return new BrokerTask(services, taskToken, task.id, task.workload?.subject ?? "", Number(seconds ?? 0) * 1000 + (nanos ?? 0) / 1e6);
  }

  /** A credential of the template. The idempotency key makes a retry get the same lease. */
  async issue(template: string, ...capabilities: ("READ" | "WRITE" | "DELEGATE")[]): Promise<Issued> {
    const request = { template, capabilities: capabilities.map((name) => `CAPABILITY_${name}` as const), idempotencyKey: randomUUID() };
    const response = await call<IssueResponse__Output>((done) => this.#services.leases.Issue(request, this.#metadata, done));
    if (response.issued) return response.issued;
    throw new Error(`People have to agree first: ${response.pendingApproval?.groups?.join(", ")} (${response.pendingApproval?.approvalId}).`);
  }

  /** Ends it and waits for what it was issued to be dead; the receipt says what is. */
  async end(outcome: string) {
    clearInterval(this.#beats);
    const request = { outcome, wait: { seconds: "10" } };
    const { receipt } = await call<EndTaskResponse__Output>((done) => this.#services.tasks.EndTask(request, this.#metadata, done));
    if (!receipt) throw new Error("The broker gave no receipt.");
    return receipt;
  }

  #beat() {
    return call<HeartbeatResponse__Output>((done) => this.#services.tasks.Heartbeat({}, this.#metadata, done));
  }
}

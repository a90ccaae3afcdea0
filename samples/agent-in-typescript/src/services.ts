import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { fileURLToPath } from "node:url";
import type { ProtoGrpcType as CredentialProto } from "../generated/credential.js";
import type { ProtoGrpcType as TaskProto } from "../generated/task.js";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// From build/src.
const definition = loadSync(["credbroker/v1/task.proto", "credbroker/v1/credential.proto"], {
  includeDirs: [here("../../../../protos"), here("../../node_modules/protobufjs")],
  longs: String,
  enums: String,
  oneofs: true,
});

const { v1 } = (grpc.loadPackageDefinition(definition) as unknown as TaskProto & CredentialProto).credbroker;

// A broker that is rolled or fails over answers UNAVAILABLE for a moment. Each call here can be made twice: tasks by their
// reference, leases by their idempotency key, the others as they are.
const serviceConfig = JSON.stringify({
  methodConfig: [
    {
      name: [{}],
      timeout: "20s",
      retryPolicy: { maxAttempts: 5, initialBackoff: "0.2s", maxBackoff: "2s", backoffMultiplier: 2, retryableStatusCodes: ["UNAVAILABLE"] },
    },
  ],
});

/** The broker's services on one channel. */
export function connect(address: string) {
  const url = new URL(address);
  const credentials = url.protocol === "https:" ? grpc.credentials.createSsl() : grpc.credentials.createInsecure();
  const options = { "grpc.service_config": serviceConfig };
  const tasks = new v1.TaskService(url.host, credentials, options);
  const leases = new v1.CredentialService(url.host, credentials, { ...options, channelOverride: tasks.getChannel() });
  return { tasks, leases, close: () => tasks.close() };
}

export type Services = ReturnType<typeof connect>;

/** Metadata that shows a task token. */
export function bearer(token: string): grpc.Metadata {
  const metadata = new grpc.Metadata();
  metadata.set("authorization", `Bearer ${token}`);
  return metadata;
}

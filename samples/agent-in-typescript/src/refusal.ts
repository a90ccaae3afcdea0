import type { ServiceError } from "@grpc/grpc-js";
import protobuf from "protobufjs";

const { root } = protobuf.parse(`
  syntax = "proto3";
  package google.rpc;
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message ErrorInfo { string reason = 1; string domain = 2; }
`);
const Status = root.lookupType("google.rpc.Status");
const ErrorInfo = root.lookupType("google.rpc.ErrorInfo");

/** The broker said no; `reason` is one of docs/errors.md, and what programs decide by. */
export class RefusedError extends Error {
  constructor(
    readonly reason: string,
    message: string,
  ) {
    super(`${reason}: ${message}`);
  }
}

/** A refusal where the broker gave a reason, or the error as it was. */
export function explain(error: ServiceError): Error {
  const [bytes] = error.metadata?.get("grpc-status-details-bin") ?? [];
  if (!Buffer.isBuffer(bytes)) return error;
  const { details = [] } = Status.toObject(Status.decode(bytes)) as { details?: { type_url: string; value: Buffer }[] };
  const info = details.find((detail) => detail.type_url.endsWith("/google.rpc.ErrorInfo"));
  if (!info) return error;
  const { reason = "" } = ErrorInfo.toObject(ErrorInfo.decode(info.value)) as { reason?: string };
  return new RefusedError(reason, error.details);
}

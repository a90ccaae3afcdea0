import type { requestCallback } from "@grpc/grpc-js";
import { explain } from "./refusal.js";

/** A unary call as a promise. */
export function call<Response>(start: (done: requestCallback<Response>) => unknown): Promise<Response> {
  return new Promise((resolve, reject) => {
    start((error, response) => {
      if (error) reject(explain(error));
      else resolve(response as Response);
    });
  });
}

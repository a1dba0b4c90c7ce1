import { expect, it, vi } from "vitest";
import {
  createSecHandle,
  SEC_E_LOGON_DENIED,
  SEC_I_CONTINUE_NEEDED,
  SECBUFFER_TOKEN,
  secBuffer,
  secBufferDesc,
} from "../src/index.ts";
import { harness, settle, stub } from "./harness.ts";
import { threefold } from "./threefold.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

it("SSPI-21 an undeleted dead context is reclaimed with its handle, and told once", {
  timeout: 20_000,
}, async () => {
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const deleted = vi.fn();
  const sspi = harness({
    packages: [
      stub(({ token }) => (token.length === 4 ? SEC_E_LOGON_DENIED : SEC_I_CONTINUE_NEEDED), {
        context: { delete: deleted },
      }),
      threefold(),
    ],
  });
  const credential = await sspi.acquire();
  const fail = async (): Promise<void> => {
    const handle = createSecHandle();
    const async = sspi.SspiCreateAsyncContext();
    const step = (token: string, context: typeof handle | null): void => {
      sspi.SspiReinitAsyncContext(async);
      sspi.SspiAcceptSecurityContextAsync(
        async,
        credential,
        context,
        secBufferDesc(secBuffer(SECBUFFER_TOKEN, bytes(token))),
        0,
        0,
        handle,
        null,
        null,
        null,
      );
    };
    step("token", null);
    await settle();
    step("fail", handle);
    await settle();
    sspi.SspiFreeAsyncContext(async);
  };
  await fail();
  await fail();
  expect(sspi.objects().contexts).toBe(2);
  for (let round = 0; round < 200 && sspi.objects().contexts > 0; round += 1) {
    collect();
    await settle();
  }
  expect(sspi.objects().contexts).toBe(0);
  expect(deleted).toHaveBeenCalledTimes(2);
  expect(sspi.warnings).toEqual(["SSPI_CONTEXT_NOT_DELETED"]);
  sspi.end();
});

// apps/docs/guides/nps-extension.md:93
import { accept, challenge, defineNpsExtension, reject } from "@sallyport/nps";

const codes = new Map<string, string>();

export default defineNpsExtension({
  initialize({ settings }) {
    const own = settings as { codes?: Record<string, string> } | undefined;
    if (typeof own?.codes !== "object") throw new Error('settings need "codes": { "SALLYPORT\\\\ALICE": "123456" }');
    for (const [account, code] of Object.entries(own.codes)) codes.set(account, code);
  },
  authentication(request) {
    if (request.answered === undefined) return undefined; // the first leg: the password is checked next
    const { account } = request.answered.data as { account: string };
    return request.password === codes.get(account) ? accept() : reject({ reason: "authentication-failure" });
  },
  authorization(request, response) {
    if (response.disposition !== "accept" || request.answered !== undefined) return undefined;
    const account = request.account ?? "";
    return codes.has(account) ? challenge({ message: "Your code?", data: { account } }) : reject({ message: "No code is set up for you." });
  },
});

export {};

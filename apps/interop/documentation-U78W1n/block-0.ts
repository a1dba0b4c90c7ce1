// README.md:45
import { accept, challenge, defineNpsExtension, reject } from "@sallyport/nps";

export default defineNpsExtension({
  authentication(request) {
    if (request.get("Calling-Station-Id") === "00-00-5E-00-53-FF") return reject({ message: "This device is blocked." });
    if (request.answered === undefined) return undefined; // nothing is decided: the password is checked next
    return request.password === "yes" ? accept() : reject({ reason: "authentication-failure" });
  },
  authorization(request, response) {
    if (response.disposition !== "accept" || request.answered !== undefined) return undefined;
    return request.get("NAS-Port-Type") === "Virtual" ? challenge({ message: "Is it you?" }) : undefined;
  },
});

export {};

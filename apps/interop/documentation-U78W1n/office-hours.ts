// apps/docs/guides/nps-extension.md:26
import { defineNpsExtension, reject } from "@sallyport/nps";

let hourNow: () => number;

export default defineNpsExtension({
  /** Before the server listens. What it throws prevents the start. */
  initialize({ clock }) {
    hourNow = () => new Date(clock.now()).getUTCHours();
  },
  /** For every Access-Request, before the password is checked. */
  authentication(request) {
    if (hourNow() >= 24) return reject({ message: `We are closed, ${request.userName}.` }); // change the hours
    return undefined; // nothing is decided: the password is checked next
  },
});

export {};

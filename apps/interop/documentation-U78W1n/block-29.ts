// packages/errors/README.md:68
import { describeExitCode, loadLookup, lookup } from "@sallyport/errors/lookup";

const { matches } = await lookup("0x8009030C"); // or 2148074252, -2146893044, "8009030C", "SEC_E_LOGON_DENIED", "logon denied"
console.log(matches[0]?.symbol, matches[0]?.message, matches[0]?.check);

// 199 numbers mean one thing in Remote Access Service and another in Win32: both are there, best first, with a reason.
for (const match of (await lookup(691, { space: "ras" })).matches) console.log(match.space, match.symbol, match.reason);

console.log(await describeExitCode(3221225477)); // 0xC0000005 STATUS_ACCESS_VIOLATION: ...

const codes = await loadLookup(); // the same without waiting, for loops and log streams
console.log(codes.annotate("Status: 0xC000006D")); // Status: 0xC000006D  [0xC000006D = STATUS_LOGON_FAILURE]

export {};

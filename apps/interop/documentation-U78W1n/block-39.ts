// packages/runtime/README.md:10
import { createVirtualClock } from "@sallyport/runtime";

const clock = createVirtualClock({ now: Date.UTC(2026, 0, 1) });
clock.after(2_000, () => console.log("retransmit at", clock.now() - Date.UTC(2026, 0, 1))); // retransmit at 2000
clock.advance(5_000);

export {};

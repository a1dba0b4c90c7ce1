import { describe, expect, it } from "vitest";
import { actionEffects, eapActionsMarkdown } from "../src/pictures/eap-actions.ts";
import { pipelineMarkdown } from "../src/pictures/pipeline.ts";
import { securityDialogMarkdown } from "../src/pictures/security-dialog.ts";

describe("pictures drawn from the code", () => {
  it("show what each EAP action does (Table E-2)", () => {
    const effects = new Map(actionEffects().map((effect) => [effect.name, effect]));
    expect(effects.get("EAPACTION_SendWithTimeout")).toMatchObject({
      sends: true,
      resendAfter: 3_000,
      givesUpAfter: 10,
    });
    expect(effects.get("EAPACTION_SendWithTimeoutInteractive")).toMatchObject({
      sends: true,
      resendAfter: 3_000,
      givesUpAfter: undefined,
    });
    expect(effects.get("EAPACTION_Send")).toMatchObject({ sends: true, resendAfter: undefined, ends: false });
    expect(effects.get("EAPACTION_SendAndDone")).toMatchObject({ sends: true, ends: true });
    expect(effects.get("EAPACTION_Done")).toMatchObject({ ends: true });
    expect(effects.get("EAPACTION_Authenticate")).toMatchObject({ sends: false, asksProvider: true });
    expect(eapActionsMarkdown()).toContain("a5 -->|send| timer");
  });

  it("show both extension points, and what a wrong password leaves out", async () => {
    const picture = await pipelineMarkdown();
    expect(picture.indexOf("Authentication extensions")).toBeLessThan(
      picture.indexOf("Authorization extensions"),
    );
    expect(picture).toContain("-. password wrong .->");
  });

  it("show the states of a security dialog from its table", () => {
    expect(securityDialogMarkdown()).toMatch(/^```mermaid\nstateDiagram-v2\n[\s\S]*Delayed --> /);
  });
});

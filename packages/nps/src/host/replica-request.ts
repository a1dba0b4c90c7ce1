import { AttributeList, HeldAttribute } from "../attribute-list.ts";
import type { ChallengeBinding } from "../challenge/challenge-table.ts";
import { isNumberDataType, type RadiusAttribute } from "../contract/attribute.ts";
import type { RadiusRequestType, RadiusResponseType } from "../contract/constants.ts";
import type { ControlBlockRequest } from "./control-block.ts";
import type { Edit, PlainCall } from "./plain-call.ts";

/** How many edits one call may make; the module that makes more is told so by an exception. */
const mostEdits = 10_000;

/** A request as a worker sees it: built from a plain call, and remembering every edit in order. */
export class ReplicaRequest implements ControlBlockRequest {
  readonly requestType: RadiusRequestType;
  readonly attributes: AttributeList;
  readonly challenge: ControlBlockRequest["challenge"];
  /** The host knows whom a challenge goes to. */
  readonly challengeBinding: ChallengeBinding = { client: "", user: "" };
  readonly edits: Edit[] = [];
  readonly #responses: ReadonlyMap<RadiusResponseType, AttributeList>;
  #responseType: RadiusResponseType | 0;

  constructor(call: Extract<PlainCall, { readonly form: 3 }>, extension: string) {
    const { requestType, responseType, answeredChallenge } = call;
    const note = (edit: Edit): void => this.#note(edit);
    this.requestType = requestType;
    this.#responseType = responseType;
    this.attributes = new ReplicaList(0, call.request, note);
    this.#responses = new Map(
      call.responses.map(([type, attributes]) => [type, new ReplicaList(type, attributes, note)]),
    );
    this.challenge = answeredChallenge && { payload: { extension, data: answeredChallenge.data } };
  }

  get responseType(): RadiusResponseType | 0 {
    return this.#responseType;
  }

  response(type: RadiusResponseType): AttributeList | undefined {
    return this.#responses.get(type);
  }

  decide(type: RadiusResponseType): void {
    this.#note({ edit: "respond", type });
    this.#responseType = type;
  }

  #note(edit: Edit): void {
    if (this.edits.length >= mostEdits) {
      throw new RangeError(`one call may make ${mostEdits} edits; this one makes more`);
    }
    this.edits.push(edit);
  }
}

class ReplicaList extends AttributeList {
  readonly #list: RadiusResponseType | 0;
  readonly #note: (edit: Edit) => void;

  constructor(
    list: RadiusResponseType | 0,
    attributes: readonly RadiusAttribute[],
    note: (edit: Edit) => void,
  ) {
    super();
    this.#list = list;
    this.#note = note;
    for (const attribute of attributes) this.add(heldReplica(attribute));
  }

  override insert(index: number, attribute: HeldAttribute): void {
    this.#note({ edit: "insert", list: this.#list, index, attribute: attribute.forModule(asItStands) });
    super.insert(index, attribute);
  }

  override remove(index: number): void {
    this.#note({ edit: "remove", list: this.#list, index });
    super.remove(index);
  }

  override replace(index: number, attribute: HeldAttribute): void {
    this.#note({ edit: "set", list: this.#list, index, attribute: attribute.forModule(asItStands) });
    super.replace(index, attribute);
  }
}

/** Addresses cross the seam in the order in which the host shows them to modules. */
const asItStands = { littleEndianAddresses: false };

/** An attribute that crossed the seam, as a list holds it. */
function heldReplica({ attrType, dataType, value }: RadiusAttribute): HeldAttribute {
  return typeof value === "number" && isNumberDataType(dataType)
    ? HeldAttribute.ofNumber(attrType, value, dataType)
    : HeldAttribute.ofBytes(attrType, value as Uint8Array, dataType);
}

/** An attribute that crossed the seam, as a module gets it: frozen, and showing no secret. */
export function replicaForModule(attribute: RadiusAttribute): RadiusAttribute {
  return heldReplica(attribute).forModule(asItStands);
}

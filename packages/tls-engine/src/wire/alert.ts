const recordAlert = 21;

/** A plaintext record with a fatal alert (RFC 5246 section 7.2). */
export function encodeAlert(alert: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(recordAlert, 3, 3, 0, 2, 2, alert);
}

/** The alert of a plaintext record that stands at the end of a flight; undefined where there is none. */
export function alertAtEnd(flight: Uint8Array): number | undefined {
  const record = flight.subarray(-7);
  return isAlert(record) ? record[6] : undefined;
}

/** The alert of a plaintext record that a flight begins with. */
export function alertAtStart(flight: Uint8Array): number | undefined {
  const record = flight.subarray(0, 7);
  return isAlert(record) ? record[6] : undefined;
}

function isAlert(record: Uint8Array): boolean {
  return (
    record.length === 7 && record[0] === recordAlert && record[1] === 3 && record[3] === 0 && record[4] === 2
  );
}

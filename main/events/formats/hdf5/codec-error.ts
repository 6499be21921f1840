/** A chunk that can't be unpacked; the message is the end of a sentence about it. */
export class CodecError extends Error {}

import type { Proposed } from '../records.js';
import { textOf } from './answers.testing.js';
import type { shared } from './protocol.testing.js';
import { Refusal } from './refusals.testing.js';

/** The events of an append, in both forms that requests bring them. */
interface Message {
  getId(): shared.UUID | undefined;
  getMetadataMap(): { get(key: string): string | undefined };
  getData_asU8(): Uint8Array;
  getCustomMetadata_asU8(): Uint8Array;
}

export function proposedOf(message: Message): Proposed {
  return {
    id: textOf(message.getId()),
    type: required(message, 'type'),
    json: required(message, 'content-type') === 'application/json',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

function required(message: Message, property: string): string {
  const value = message.getMetadataMap().get(property);
  if (value !== undefined) return value;
  throw new Refusal(3, `Required Metadata Property '${property}' is missing`, {
    exception: 'missing-required-metadata-property',
    'required-metadata-properties': 'type,content-type',
  });
}

/** What the server measures an append by. */
export const sizeOnDisk = ({ type, data, metadata }: Proposed): number =>
  2 * type.length + data.length + metadata.length;

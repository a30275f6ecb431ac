export { WireError, type WireErrorCode } from '../wire-error.ts'
export { alertRulesDocument, alertRulesSchema } from './alert-rules.ts'
export { mostDocumentBytes } from './document-schema.ts'
export type {
  Descriptor,
  HealthCheck,
  ImageConfig,
  Index,
  IndexEntry,
  ItemConfig,
  ItemDocuments,
  ItemVariant,
  Manifest,
  Platform,
} from './documents.ts'
export { duration, formatDuration, parseDuration } from './duration.ts'
export { decodeImageConfig, encodeImageConfig } from './image-config.ts'
export { decodeIndex, decodeIndexOrManifest, encodeIndex, isAttestation } from './index-document.ts'
export { decodeItemConfig, defaultItemConfig, encodeItemConfig } from './item-config.ts'
export { decodeManifest, encodeManifest } from './manifest.ts'
export {
  componentImage,
  indexTypes,
  type LayerPacking,
  layerPacking,
  manifestTypes,
  mediaTypes,
} from './media-types.ts'

export type {
  Descriptor,
  ImageConfig,
  IndexEntry,
  ItemConfig,
  ItemDocuments,
  ItemVariant,
  Manifest,
  Platform,
} from './documents.ts'

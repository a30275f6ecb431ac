export { itemKey, type Placed, type PlacementInput, type Site } from './input.ts'
export { place, placeAll } from './place.ts'

export { anyQuery, anySubject } from './query/samples.ts'

/** Graphs of models, laid out in the window: pure code without Node. */
export * from '../../main/deployment/graph-view.ts'
export type { ModelGraphs, OperationGraph } from '../../main/deployment/graph/schema.ts'

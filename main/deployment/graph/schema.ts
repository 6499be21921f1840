import { z } from 'zod'

/** An operation of a graph, or a port of it. */
export const operationNodeSchema = z.object({
  id: z.string(),
  /** ONNX operator, kind of our own graph, "input" or "output". */
  op: z.string(),
  title: z.string(),
  /** What it belongs to, outermost first: ["conv1", "lif"]; empty where its name tells none. */
  path: z.array(z.string()),
  /** Of its first output; null: free dimension. Missing where it is not known. */
  shape: z.array(z.number().nullable()).optional(),
  /** Trained numbers that it holds. */
  parameters: z.number(),
  /** Multiply-accumulates for one sample and all that it is given of it; 0 where it has no weights. */
  macs: z.number(),
  /** Nodes whose outputs it takes. */
  from: z.array(z.string()),
})
export type OperationNode = z.infer<typeof operationNodeSchema>

/** A graph operation by operation, in an order in which it can be computed. */
export const operationGraphSchema = z.object({
  nodes: z.array(operationNodeSchema),
  /** Layers that were unrolled, by path ("conv1/lif"): how many timesteps stand in them. */
  repeated: z.record(z.string(), z.number()).optional(),
})
export type OperationGraph = z.infer<typeof operationGraphSchema>

/** What can be drawn of a model. network: as it is described, before batch norms are folded; onnx: the file. */
export const modelGraphsSchema = z.object({
  network: operationGraphSchema.nullable(),
  onnx: operationGraphSchema.nullable(),
  /** T of the network: its multiply-accumulates are those of one timestep. */
  timesteps: z.number(),
  /** Why something is missing. */
  notes: z.array(z.string()),
})
export type ModelGraphs = z.infer<typeof modelGraphsSchema>

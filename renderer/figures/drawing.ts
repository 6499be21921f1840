import { useEffect, useState } from 'react'
import type * as drawing from '../../preload/contract/drawing.ts'

/** The drawing code, as it is loaded. */
export type Drawing = typeof drawing

let loading: Promise<Drawing> | null = null
let loaded: Drawing | null = null

/** ECharts and what draws figures with it: fetched once, with the first figure. */
export async function loadDrawing(): Promise<Drawing> {
  loading ??= import('../../preload/contract/drawing.ts')
  return (loaded ??= await loading)
}

/** The drawing code; null until it is there. */
export function useDrawing(): Drawing | null {
  const [drawing, setDrawing] = useState(loaded)
  useEffect(() => {
    let current = true
    void loadDrawing().then((module) => current && setDrawing(module))
    return () => {
      current = false
    }
  }, [])
  return drawing
}

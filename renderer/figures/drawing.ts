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

/** The drawing code, null until it is there; and whether it can't be had, as where the window was built anew since it was opened. */
export function useDrawing(): { readonly drawing: Drawing | null; readonly failed: boolean } {
  const [drawing, setDrawing] = useState(loaded)
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    let current = true
    loadDrawing().then(
      (module) => current && setDrawing(module),
      () => current && setFailed(true),
    )
    return () => {
      current = false
    }
  }, [])
  return { drawing, failed }
}

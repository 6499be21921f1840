import { useDeferredValue, type ReactNode } from 'react'

/**
 * Renders its children right after what stands around it, in slices between which the window answers. For parts of a page
 * that take longer to build than a frame (forms, charts, grids).
 */
export function Deferred({ children }: { readonly children: ReactNode }) {
  return useDeferredValue(true, false) ? children : null
}

import { useEffect, useLayoutEffect, useRef } from 'react'
import { createPortal } from 'react-dom'
import { helpTexts } from '../help/registry.ts'
import { hideHelp, leaveHelp, stayHelp, useHelp, type Shown } from '../help/state.ts'
import styles from './help.module.css'

export const bubbleId = 'help-bubble'

/** Between the window's border and the bubble, and between the button and it. */
const margin = 8

/** Below the button where there is room, else above it; always within the window. */
function place(bubble: HTMLElement, anchor: HTMLElement): void {
  const at = anchor.getBoundingClientRect()
  const { width, height } = bubble.getBoundingClientRect()
  const left = Math.min(Math.max(margin, at.left + at.width / 2 - width / 2), window.innerWidth - width - margin)
  const below = at.bottom + margin
  const top = below + height + margin <= window.innerHeight ? below : Math.max(margin, at.top - height - margin)
  bubble.style.left = `${left}px`
  bubble.style.top = `${top}px`
}

function Bubble({ shown }: { readonly shown: Shown }) {
  const bubble = useRef<HTMLDivElement>(null)
  const { title, text, equation, source } = helpTexts[shown.key]
  useLayoutEffect(() => {
    if (bubble.current !== null) place(bubble.current, shown.anchor)
  }, [shown])
  return (
    <div ref={bubble} id={bubbleId} role="tooltip" className={styles.bubble} onPointerEnter={stayHelp} onPointerLeave={leaveHelp}>
      <b>{title}</b>
      <p>{text}</p>
      {equation !== undefined && <code>{equation}</code>}
      {source !== undefined && <small>{source}</small>}
    </div>
  )
}

/** The one explanation that is open: within the dialog or page that its button is part of. */
export function HelpBubble() {
  const shown = useHelp((state) => state.shown)
  useEffect(() => {
    if (shown === null) return
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      // A dialog around it stays.
      event.stopPropagation()
      event.preventDefault()
      hideHelp()
    }
    const onPointer = (event: PointerEvent) => {
      const { target } = event
      if (target instanceof Node && !shown.anchor.contains(target) && document.getElementById(bubbleId)?.contains(target) !== true)
        hideHelp()
    }
    window.addEventListener('keydown', onKey, true)
    window.addEventListener('pointerdown', onPointer, true)
    window.addEventListener('scroll', hideHelp, true)
    window.addEventListener('resize', hideHelp)
    return () => {
      window.removeEventListener('keydown', onKey, true)
      window.removeEventListener('pointerdown', onPointer, true)
      window.removeEventListener('scroll', hideHelp, true)
      window.removeEventListener('resize', hideHelp)
    }
  }, [shown])
  // Its button may have gone with its page.
  if (shown === null || !shown.anchor.isConnected) return null
  return createPortal(<Bubble shown={shown} />, shown.anchor.closest('[role="dialog"], main') ?? document.body)
}

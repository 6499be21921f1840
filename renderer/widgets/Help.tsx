import { useId, type ReactNode } from 'react'
import { IconHelp } from '@tabler/icons-react'
import { helpTexts, type HelpKey } from '../help/registry.ts'
import { hideHelp, leaveHelp, showHelp, useHelp } from '../help/state.ts'
import { bubbleId } from './HelpBubble.tsx'
import styles from './help.module.css'

/** The button beside a setting or in a chart's head: its explanation comes where it is pointed at, focused or clicked; Esc closes it. */
export function HelpTip({ of }: { readonly of: HelpKey }) {
  const id = useId()
  const open = useHelp(({ shown }) => shown?.anchor.id === id)
  return (
    <button
      id={id}
      data-tip={of}
      type="button"
      className={styles.tip}
      aria-label={`About ${helpTexts[of].title}`}
      aria-describedby={open ? bubbleId : undefined}
      aria-expanded={open}
      onPointerEnter={({ currentTarget, pointerType }) =>
        pointerType === 'mouse' && !useHelp.getState().shown?.pinned && showHelp(of, currentTarget, false)
      }
      onPointerLeave={leaveHelp}
      onFocus={({ currentTarget }) => currentTarget.matches(':focus-visible') && showHelp(of, currentTarget, false)}
      onBlur={hideHelp}
      onClick={(event) => {
        event.preventDefault()
        const { shown } = useHelp.getState()
        if (shown?.anchor === event.currentTarget && shown.pinned) hideHelp()
        else showHelp(of, event.currentTarget, true)
      }}
    >
      <IconHelp size={14} stroke={1.7} aria-hidden />
    </button>
  )
}

/**
 * A field with its explanation: at the end of its label's line, or beside it where it has none above. Its key stands in the page, so
 * that the palette finds the field.
 */
export function Helped({
  of,
  beside = false,
  grow = false,
  className = '',
  children,
}: {
  readonly of: HelpKey
  readonly beside?: boolean
  readonly grow?: boolean
  readonly className?: string
  readonly children: ReactNode
}) {
  return (
    <div className={`${beside ? styles.beside : styles.field} ${className}`} data-grow={grow || undefined} data-help={of}>
      {children}
      <HelpTip of={of} />
    </div>
  )
}

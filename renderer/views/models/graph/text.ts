import type { ViewNode } from '../../../../preload/contract/graph-view.ts'
import { compact, figure, plural } from '../../../app/format.ts'
import type { Annotation } from './annotate.ts'

export const sizeWords = (shape: readonly (number | null)[] | undefined): string => (shape === undefined ? '' : `[${shape.map((size) => size ?? 'N').join(', ')}]`)

/** Energy in a unit that reads well. @param picojoules of an inference */
export function energyWords(picojoules: number): string {
  const units = ['pJ', 'nJ', 'µJ', 'mJ'] as const
  const at = Math.max(0, Math.min(units.length - 1, Math.floor(Math.log10(Math.max(picojoules, 1)) / 3)))
  return `${figure(Number((picojoules / 1000 ** at).toPrecision(3)))} ${units[at] ?? 'pJ'}`
}

/** Lines of a box under its title: shape, then work, then what was measured. */
export function linesOf({ shape, parameters, macs }: ViewNode, { rate, operations, picojoules }: Annotation): string[] {
  const work = [parameters > 0 ? `${compact(parameters)} parameters` : '', macs > 0 ? `${compact(macs)} MACs` : ''].filter((part) => part !== '')
  const measured = [
    rate === null ? '' : `rate ${figure(Number(rate.toPrecision(3)))}`,
    operations === null ? '' : `${compact(operations)} ops`,
    picojoules === null ? '' : energyWords(picojoules),
  ].filter((part) => part !== '')
  return [sizeWords(shape), work.join(' · '), measured.join(' · ')].filter((line) => line !== '')
}

/** A box in words, for screen readers. */
export function nameOf(node: ViewNode, annotation: Annotation): string {
  const what = node.group === undefined ? node.title : `layer ${node.group.replaceAll('/', ', ')}, ${plural(node.count, 'operation')}`
  return [what, ...linesOf(node, annotation)].join('; ').replaceAll(' · ', '; ')
}

/** Width of a text of the drawing, px, near enough to leave room for it. */
export const widthOf = (text: string, size: number, bold = false): number => text.length * size * (bold ? 0.72 : 0.58)

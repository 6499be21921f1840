/** Every explanation of the window by its key: of each setting and of each chart that is no figure. The one place they are looked up. */
import { analyses } from './analyses.ts'
import { analysisHelp } from './analysis.ts'
import { chartHelp } from './charts.ts'
import { datasetHelp } from './datasets.ts'
import { under, type Help } from './help.ts'
import { trainingHelp } from './training.ts'
import { workbenchHelp } from './workbench.ts'

const texts = { ...trainingHelp, ...datasetHelp, ...analysisHelp, ...workbenchHelp, ...chartHelp, ...under('analysis.', analyses) }

export type HelpKey = keyof typeof texts
export const helpTexts: Readonly<Record<HelpKey, Help>> = texts
export const helpKeys = Object.keys(texts) as HelpKey[]
export const isHelpKey = (key: string): key is HelpKey => key in texts

/** Where two runs disagree, for the window and the command line alike: pure code without Node. */
export * from '../../main/analysis/disagreement.ts'

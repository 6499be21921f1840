/** Upgrades the files of a library until it is killed (library-upgrade.test.ts): LIBRARY. */
import { upgradeFiles } from '../../main/workbench/library-upgrade.ts'

upgradeFiles(process.argv[2]!)

import type { Recipe } from './recipe.ts'
import { tetRecipes } from './tet.ts'
import { trtRecipes } from './trt.ts'

/** Every table and figure that can be run again. A further paper is one file and its line here. */
export const recipes: readonly Recipe[] = [...trtRecipes, ...tetRecipes]

export const findRecipe = (id: string): Recipe | undefined => recipes.find((recipe) => recipe.id === id)

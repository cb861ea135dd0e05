namespace LocalCopilot.Training.Optimization;

/// <summary>The rate of each step: linear warmup, then half a cosine down to the final rate (arXiv:1608.03983).</summary>
internal static class LearningRate
{
    /// <param name="recipe">Rates.</param>
    /// <param name="step">From 0.</param>
    /// <param name="steps">All steps of the run.</param>
    public static double At(TrainingRecipe recipe, int step, int steps)
    {
        int warmup = (int)Math.Ceiling(recipe.Warmup * steps);
        if (step < warmup)
        {
            return recipe.LearningRate * (step + 1) / warmup;
        }

        double done = (double)(step - warmup) / Math.Max(1, steps - warmup);
        return recipe.LearningRate * (recipe.FinalRate + ((1 - recipe.FinalRate) * 0.5 * (1 + Math.Cos(Math.PI * done))));
    }
}

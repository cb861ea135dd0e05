namespace LocalCopilot.Llama;

/// <summary>What kind of device computes; the values of <c>enum ggml_backend_dev_type</c>.</summary>
public enum LlamaDeviceKind
{
    /// <summary>The processor, with system memory.</summary>
    Cpu,

    /// <summary>A graphics processor with memory of its own.</summary>
    Gpu,

    /// <summary>A graphics processor that shares the system's memory.</summary>
    IntegratedGpu,

    /// <summary>Computes single operations for the processor, e.g. BLAS or AMX.</summary>
    Accelerator,

    /// <summary>Several devices that act as one.</summary>
    Combined,
}

/// <summary>A device that models can be loaded to.</summary>
/// <param name="Name">Short and unique, e.g. <c>CPU</c> or <c>Vulkan0</c>.</param>
/// <param name="Description">As the driver calls it.</param>
/// <param name="Kind">What it is.</param>
/// <param name="FreeBytes">Memory that is free now, in bytes; 0 where the driver does not say.</param>
/// <param name="TotalBytes">Memory that it has, in bytes; 0 where the driver does not say.</param>
public sealed record LlamaDevice(string Name, string Description, LlamaDeviceKind Kind, long FreeBytes, long TotalBytes)
{
    internal nint Handle { get; init; }
}

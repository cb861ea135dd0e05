using System.Runtime.InteropServices;

namespace LocalCopilot.Llama.Native;

/// <summary>Declarations of ggml.h, ggml-alloc.h and ggml-backend.h that graphs need, one to one. Checks are made by their callers.</summary>
/// <remarks>A tensor, a graph, a buffer type and a device are plain pointers; contexts, buffers, backends and allocators are owned.</remarks>
internal static unsafe partial class GgmlNative
{
    private const string Base = NativeLibraries.GgmlBase;

    // Contexts and tensors.
    [LibraryImport(Base, EntryPoint = "ggml_init")]
    public static partial nint Init(GgmlInitParams parameters);

    [LibraryImport(Base, EntryPoint = "ggml_free")]
    public static partial void Free(nint context);

    [LibraryImport(Base, EntryPoint = "ggml_tensor_overhead")]
    public static partial nuint TensorOverhead();

    [LibraryImport(Base, EntryPoint = "ggml_graph_overhead_custom")]
    public static partial nuint GraphOverhead(nuint size, [MarshalAs(UnmanagedType.U1)] bool gradients);

    [LibraryImport(Base, EntryPoint = "ggml_new_tensor")]
    public static partial nint NewTensor(nint context, int type, int dimensions, long* lengths);

    [LibraryImport(Base, EntryPoint = "ggml_set_name", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint SetName(nint tensor, string name);

    [LibraryImport(Base, EntryPoint = "ggml_set_output")]
    public static partial void SetOutput(nint tensor);

    [LibraryImport(Base, EntryPoint = "ggml_set_input")]
    public static partial void SetInput(nint tensor);

    [LibraryImport(Base, EntryPoint = "ggml_nbytes")]
    public static partial nuint Bytes(nint tensor);

    [LibraryImport(Base, EntryPoint = "ggml_nelements")]
    public static partial long Elements(nint tensor);

    [LibraryImport(Base, EntryPoint = "ggml_get_data")]
    public static partial nint GetData(nint tensor);

    [LibraryImport(Base, EntryPoint = "ggml_get_name")]
    public static partial byte* GetName(nint tensor);

    [LibraryImport(Base, EntryPoint = "ggml_op_name")]
    public static partial byte* OperationName(int operation);

    [LibraryImport(Base, EntryPoint = "ggml_type_name")]
    public static partial byte* TypeName(int type);

    [LibraryImport(Base, EntryPoint = "ggml_blck_size")]
    public static partial long BlockElements(int type);

    [LibraryImport(Base, EntryPoint = "ggml_type_size")]
    public static partial nuint BlockBytes(int type);

    [LibraryImport(Base, EntryPoint = "ggml_get_type_traits")]
    public static partial TypeTraits* GetTypeTraits(int type);

    [LibraryImport(Base, EntryPoint = "ggml_quantize_chunk")]
    public static partial nuint QuantizeChunk(int type, float* source, void* destination, long start, long rows, long rowElements, float* importance);

    [LibraryImport(Base, EntryPoint = "ggml_set_abort_callback")]
    public static partial nint SetAbortCallback(delegate* unmanaged[Cdecl]<byte*, void> callback);

    // Operations.
    [LibraryImport(Base, EntryPoint = "ggml_add")]
    public static partial nint Add(nint context, nint a, nint b);

    [LibraryImport(Base, EntryPoint = "ggml_add_inplace")]
    public static partial nint AddInPlace(nint context, nint a, nint b);

    [LibraryImport(Base, EntryPoint = "ggml_mul")]
    public static partial nint Multiply(nint context, nint a, nint b);

    [LibraryImport(Base, EntryPoint = "ggml_div")]
    public static partial nint Divide(nint context, nint a, nint b);

    [LibraryImport(Base, EntryPoint = "ggml_sum_rows")]
    public static partial nint SumRows(nint context, nint a);

    [LibraryImport(Base, EntryPoint = "ggml_sigmoid")]
    public static partial nint Sigmoid(nint context, nint a);

    [LibraryImport(Base, EntryPoint = "ggml_scale")]
    public static partial nint Scale(nint context, nint a, float factor);

    [LibraryImport(Base, EntryPoint = "ggml_scale_bias")]
    public static partial nint ScaleBias(nint context, nint a, float factor, float bias);

    [LibraryImport(Base, EntryPoint = "ggml_silu")]
    public static partial nint Silu(nint context, nint a);

    [LibraryImport(Base, EntryPoint = "ggml_silu_back")]
    public static partial nint SiluBack(nint context, nint gradient, nint input);

    [LibraryImport(Base, EntryPoint = "ggml_swiglu_split")]
    public static partial nint SwigluSplit(nint context, nint gate, nint up);

    [LibraryImport(Base, EntryPoint = "ggml_rms_norm")]
    public static partial nint RmsNorm(nint context, nint a, float epsilon);

    [LibraryImport(Base, EntryPoint = "ggml_rms_norm_back")]
    public static partial nint RmsNormBack(nint context, nint gradient, nint input, float epsilon);

    [LibraryImport(Base, EntryPoint = "ggml_mul_mat_set_prec")]
    public static partial void SetProductPrecision(nint product, int precision);

    [LibraryImport(Base, EntryPoint = "ggml_mul_mat")]
    public static partial nint MatrixProduct(nint context, nint a, nint b);

    [LibraryImport(Base, EntryPoint = "ggml_out_prod")]
    public static partial nint OuterProduct(nint context, nint a, nint b);

    [LibraryImport(Base, EntryPoint = "ggml_soft_max_ext")]
    public static partial nint SoftMax(nint context, nint a, nint mask, float scale, float maxBias);

    [LibraryImport(Base, EntryPoint = "ggml_soft_max_ext_back_inplace")]
    public static partial nint SoftMaxBackInPlace(nint context, nint gradient, nint output, float scale, float maxBias);

    [LibraryImport(Base, EntryPoint = "ggml_rope_ext")]
    public static partial nint Rope(nint context, nint a, nint positions, nint factors, int dimensions, int mode, int originalContext, float frequencyBase, float frequencyScale, float extensionFactor, float attentionFactor, float betaFast, float betaSlow);

    [LibraryImport(Base, EntryPoint = "ggml_rope_ext_back")]
    public static partial nint RopeBack(nint context, nint a, nint positions, nint factors, int dimensions, int mode, int originalContext, float frequencyBase, float frequencyScale, float extensionFactor, float attentionFactor, float betaFast, float betaSlow);

    [LibraryImport(Base, EntryPoint = "ggml_get_rows")]
    public static partial nint GetRows(nint context, nint a, nint rows);

    [LibraryImport(Base, EntryPoint = "ggml_get_rows_back")]
    public static partial nint GetRowsBack(nint context, nint gradient, nint rows, nint shape);

    [LibraryImport(Base, EntryPoint = "ggml_set_rows")]
    public static partial nint SetRows(nint context, nint destination, nint source, nint rows);

    [LibraryImport(Base, EntryPoint = "ggml_cont")]
    public static partial nint Contiguous(nint context, nint a);

    [LibraryImport(Base, EntryPoint = "ggml_transpose")]
    public static partial nint Transpose(nint context, nint a);

    [LibraryImport(Base, EntryPoint = "ggml_permute")]
    public static partial nint Permute(nint context, nint a, int axis0, int axis1, int axis2, int axis3);

    [LibraryImport(Base, EntryPoint = "ggml_reshape_4d")]
    public static partial nint Reshape(nint context, nint a, long length0, long length1, long length2, long length3);

    [LibraryImport(Base, EntryPoint = "ggml_view_4d")]
    public static partial nint View(nint context, nint a, long length0, long length1, long length2, long length3, nuint stride1, nuint stride2, nuint stride3, nuint offset);

    [LibraryImport(Base, EntryPoint = "ggml_custom_4d")]
    public static partial nint Custom(nint context, int type, long length0, long length1, long length2, long length3, nint* arguments, int argumentCount, delegate* unmanaged[Cdecl]<NativeTensor*, int, int, nint, void> function, int tasks, nint userData);

    [LibraryImport(Base, EntryPoint = "ggml_custom_inplace")]
    public static partial nint CustomInPlace(nint context, nint a, nint* arguments, int argumentCount, delegate* unmanaged[Cdecl]<NativeTensor*, int, int, nint, void> function, int tasks, nint userData);

    // Graphs.
    [LibraryImport(Base, EntryPoint = "ggml_new_graph_custom")]
    public static partial nint NewGraph(nint context, nuint size, [MarshalAs(UnmanagedType.U1)] bool gradients);

    [LibraryImport(Base, EntryPoint = "ggml_build_forward_expand")]
    public static partial void BuildForwardExpand(nint graph, nint tensor);

    [LibraryImport(Base, EntryPoint = "ggml_graph_n_nodes")]
    public static partial int GraphNodeCount(nint graph);

    [LibraryImport(Base, EntryPoint = "ggml_graph_node")]
    public static partial nint GraphNode(nint graph, int index);

    [LibraryImport(Base, EntryPoint = "ggml_graph_clear")]
    public static partial void GraphClear(nint graph);

    [LibraryImport(Base, EntryPoint = "ggml_graph_add_node")]
    public static partial void GraphAddNode(nint graph, nint tensor);

    // Buffers.
    [LibraryImport(Base, EntryPoint = "ggml_backend_alloc_ctx_tensors_from_buft")]
    public static partial nint AllocateTensors(nint context, nint bufferType);

    [LibraryImport(Base, EntryPoint = "ggml_backend_cpu_buffer_from_ptr")]
    public static partial nint BufferFromPointer(void* pointer, nuint size);

    [LibraryImport(Base, EntryPoint = "ggml_backend_buft_alloc_buffer")]
    public static partial nint AllocateBuffer(nint bufferType, nuint size);

    [LibraryImport(Base, EntryPoint = "ggml_backend_buft_get_alignment")]
    public static partial nuint BufferTypeAlignment(nint bufferType);

    [LibraryImport(Base, EntryPoint = "ggml_backend_tensor_alloc")]
    public static partial int PlaceTensor(nint buffer, nint tensor, void* address);

    [LibraryImport(Base, EntryPoint = "ggml_backend_buffer_free")]
    public static partial void BufferFree(nint buffer);

    [LibraryImport(Base, EntryPoint = "ggml_backend_buffer_get_base")]
    public static partial void* BufferBase(nint buffer);

    [LibraryImport(Base, EntryPoint = "ggml_backend_buffer_get_size")]
    public static partial nuint BufferSize(nint buffer);

    [LibraryImport(Base, EntryPoint = "ggml_backend_buffer_is_host")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool BufferIsHost(nint buffer);

    [LibraryImport(Base, EntryPoint = "ggml_backend_buffer_clear")]
    public static partial void BufferClear(nint buffer, byte value);

    [LibraryImport(Base, EntryPoint = "ggml_backend_buffer_set_usage")]
    public static partial void BufferSetUsage(nint buffer, int usage);

    [LibraryImport(Base, EntryPoint = "ggml_backend_tensor_set")]
    public static partial void TensorSet(nint tensor, void* data, nuint offset, nuint size);

    [LibraryImport(Base, EntryPoint = "ggml_backend_tensor_get")]
    public static partial void TensorGet(nint tensor, void* data, nuint offset, nuint size);

    [LibraryImport(Base, EntryPoint = "ggml_backend_tensor_memset")]
    public static partial void TensorFill(nint tensor, byte value, nuint offset, nuint size);

    // Allocation of intermediate results.
    [LibraryImport(Base, EntryPoint = "ggml_gallocr_new")]
    public static partial nint AllocatorNew(nint bufferType);

    [LibraryImport(Base, EntryPoint = "ggml_gallocr_free")]
    public static partial void AllocatorFree(nint allocator);

    [LibraryImport(Base, EntryPoint = "ggml_gallocr_reserve_n_size")]
    public static partial void AllocatorMeasure(nint allocator, nint graph, int* nodeBuffers, int* leafBuffers, nuint* sizes);

    [LibraryImport(Base, EntryPoint = "ggml_gallocr_alloc_graph")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool AllocatorAllocate(nint allocator, nint graph);

    [LibraryImport(Base, EntryPoint = "ggml_gallocr_get_buffer_size")]
    public static partial nuint AllocatorSize(nint allocator, int buffer);

    // Backends.
    [LibraryImport(Base, EntryPoint = "ggml_backend_dev_init")]
    public static partial nint BackendInit(nint device, byte* parameters);

    [LibraryImport(Base, EntryPoint = "ggml_backend_free")]
    public static partial void BackendFree(nint backend);

    [LibraryImport(Base, EntryPoint = "ggml_backend_get_default_buffer_type")]
    public static partial nint BackendBufferType(nint backend);

    [LibraryImport(Base, EntryPoint = "ggml_backend_graph_compute")]
    public static partial int BackendCompute(nint backend, nint graph);

    [LibraryImport(Base, EntryPoint = "ggml_backend_supports_op")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool BackendSupports(nint backend, nint tensor);

    // Several backends together.
    [LibraryImport(Base, EntryPoint = "ggml_backend_sched_new")]
    public static partial nint SchedulerNew(nint* backends, nint* bufferTypes, int count, nuint graphSize, [MarshalAs(UnmanagedType.U1)] bool parallel, [MarshalAs(UnmanagedType.U1)] bool offload);

    [LibraryImport(Base, EntryPoint = "ggml_backend_sched_free")]
    public static partial void SchedulerFree(nint scheduler);

    [LibraryImport(Base, EntryPoint = "ggml_backend_sched_alloc_graph")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool SchedulerAllocate(nint scheduler, nint graph);

    [LibraryImport(Base, EntryPoint = "ggml_backend_sched_graph_compute")]
    public static partial int SchedulerCompute(nint scheduler, nint graph);

    [LibraryImport(Base, EntryPoint = "ggml_backend_sched_get_buffer_size")]
    public static partial nuint SchedulerSize(nint scheduler, nint backend);
}

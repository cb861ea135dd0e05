using System.Runtime.InteropServices;

namespace LocalCopilot.Llama.Native;

/// <summary>Declarations of llama.h, v0.5.0, one to one. Checks are made by their callers.</summary>
internal static unsafe partial class LlamaNative
{
    private const string Library = NativeLibraries.Llama;

    [LibraryImport(Library, EntryPoint = "llama_version")]
    public static partial byte* Version();

    [LibraryImport(Library, EntryPoint = "llama_backend_init")]
    public static partial void BackendInit();

    [LibraryImport(Library, EntryPoint = "llama_log_set")]
    public static partial void LogSet(delegate* unmanaged[Cdecl]<int, byte*, nint, void> callback, nint userData);

    [LibraryImport(Library, EntryPoint = "llama_model_default_params")]
    public static partial ModelParams ModelDefaultParams();

    [LibraryImport(Library, EntryPoint = "llama_context_default_params")]
    public static partial ContextParams ContextDefaultParams();

    [LibraryImport(Library, EntryPoint = "llama_sampler_chain_default_params")]
    public static partial SamplerChainParams SamplerChainDefaultParams();

    [LibraryImport(Library, EntryPoint = "llama_model_load_from_file", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ModelLoadFromFile(string path, ModelParams parameters);

    [LibraryImport(Library, EntryPoint = "llama_model_free")]
    public static partial void ModelFree(nint model);

    [LibraryImport(Library, EntryPoint = "llama_model_get_vocab")]
    public static partial nint ModelGetVocabulary(LlamaModelHandle model);

    [LibraryImport(Library, EntryPoint = "llama_model_n_ctx_train")]
    public static partial int ModelTrainedContext(LlamaModelHandle model);

    [LibraryImport(Library, EntryPoint = "llama_model_n_embd")]
    public static partial int ModelEmbeddingLength(LlamaModelHandle model);

    [LibraryImport(Library, EntryPoint = "llama_model_n_layer")]
    public static partial int ModelLayers(LlamaModelHandle model);

    [LibraryImport(Library, EntryPoint = "llama_model_n_head")]
    public static partial int ModelHeads(LlamaModelHandle model);

    [LibraryImport(Library, EntryPoint = "llama_model_n_head_kv")]
    public static partial int ModelKeyValueHeads(LlamaModelHandle model);

    [LibraryImport(Library, EntryPoint = "llama_model_n_params")]
    public static partial ulong ModelParameters(LlamaModelHandle model);

    [LibraryImport(Library, EntryPoint = "llama_model_size")]
    public static partial ulong ModelSize(LlamaModelHandle model);

    [LibraryImport(Library, EntryPoint = "llama_model_has_encoder")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool ModelHasEncoder(LlamaModelHandle model);

    [LibraryImport(Library, EntryPoint = "llama_model_has_decoder")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool ModelHasDecoder(LlamaModelHandle model);

    [LibraryImport(Library, EntryPoint = "llama_model_is_recurrent")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool ModelIsRecurrent(LlamaModelHandle model);

    [LibraryImport(Library, EntryPoint = "llama_model_is_hybrid")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool ModelIsHybrid(LlamaModelHandle model);

    [LibraryImport(Library, EntryPoint = "llama_model_meta_count")]
    public static partial int ModelMetadataCount(LlamaModelHandle model);

    [LibraryImport(Library, EntryPoint = "llama_model_meta_key_by_index")]
    public static partial int ModelMetadataKey(LlamaModelHandle model, int index, byte* buffer, nuint size);

    [LibraryImport(Library, EntryPoint = "llama_model_meta_val_str_by_index")]
    public static partial int ModelMetadataValue(LlamaModelHandle model, int index, byte* buffer, nuint size);

    [LibraryImport(Library, EntryPoint = "llama_init_from_model")]
    public static partial nint ContextInit(LlamaModelHandle model, ContextParams parameters);

    [LibraryImport(Library, EntryPoint = "llama_free")]
    public static partial void ContextFree(nint context);

    [LibraryImport(Library, EntryPoint = "llama_n_ctx_seq")]
    public static partial uint ContextTokensPerSequence(LlamaContextHandle context);

    [LibraryImport(Library, EntryPoint = "llama_n_batch")]
    public static partial uint ContextBatchTokens(LlamaContextHandle context);

    [LibraryImport(Library, EntryPoint = "llama_n_seq_max")]
    public static partial uint ContextMaxSequences(LlamaContextHandle context);

    [LibraryImport(Library, EntryPoint = "llama_get_memory")]
    public static partial nint ContextMemory(LlamaContextHandle context);

    [LibraryImport(Library, EntryPoint = "llama_set_n_threads")]
    public static partial void ContextSetThreads(LlamaContextHandle context, int threads, int batchThreads);

    [LibraryImport(Library, EntryPoint = "llama_set_abort_callback")]
    public static partial void ContextSetAbortCallback(LlamaContextHandle context, delegate* unmanaged[Cdecl]<nint, byte> callback, nint data);

    [LibraryImport(Library, EntryPoint = "llama_attach_threadpool")]
    public static partial void ContextAttachThreadPool(LlamaContextHandle context, nint threadPool, nint batchThreadPool);

    [LibraryImport(Library, EntryPoint = "llama_detach_threadpool")]
    public static partial void ContextDetachThreadPool(LlamaContextHandle context);

    [LibraryImport(Library, EntryPoint = "llama_decode")]
    public static partial int Decode(LlamaContextHandle context, NativeBatch batch);

    [LibraryImport(Library, EntryPoint = "llama_get_logits_ith")]
    public static partial float* Logits(LlamaContextHandle context, int index);

    [LibraryImport(Library, EntryPoint = "llama_memory_clear")]
    public static partial void MemoryClear(nint memory, [MarshalAs(UnmanagedType.U1)] bool data);

    [LibraryImport(Library, EntryPoint = "llama_memory_seq_rm")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool MemoryRemove(nint memory, int sequence, int from, int to);

    [LibraryImport(Library, EntryPoint = "llama_memory_seq_cp")]
    public static partial void MemoryCopy(nint memory, int source, int destination, int from, int to);

    [LibraryImport(Library, EntryPoint = "llama_memory_seq_pos_max")]
    public static partial int MemoryLastPosition(nint memory, int sequence);

    [LibraryImport(Library, EntryPoint = "llama_vocab_n_tokens")]
    public static partial int VocabularyCount(nint vocabulary);

    [LibraryImport(Library, EntryPoint = "llama_vocab_get_text")]
    public static partial byte* VocabularyText(nint vocabulary, int token);

    [LibraryImport(Library, EntryPoint = "llama_vocab_get_attr")]
    public static partial int VocabularyAttributes(nint vocabulary, int token);

    [LibraryImport(Library, EntryPoint = "llama_vocab_is_eog")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool VocabularyIsEndOfGeneration(nint vocabulary, int token);

    [LibraryImport(Library, EntryPoint = "llama_vocab_is_control")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool VocabularyIsControl(nint vocabulary, int token);

    [LibraryImport(Library, EntryPoint = "llama_vocab_bos")]
    public static partial int VocabularyBos(nint vocabulary);

    [LibraryImport(Library, EntryPoint = "llama_vocab_eos")]
    public static partial int VocabularyEos(nint vocabulary);

    [LibraryImport(Library, EntryPoint = "llama_vocab_get_add_bos")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool VocabularyAddsBos(nint vocabulary);

    [LibraryImport(Library, EntryPoint = "llama_vocab_fim_pre")]
    public static partial int VocabularyFimPrefix(nint vocabulary);

    [LibraryImport(Library, EntryPoint = "llama_vocab_fim_suf")]
    public static partial int VocabularyFimSuffix(nint vocabulary);

    [LibraryImport(Library, EntryPoint = "llama_vocab_fim_mid")]
    public static partial int VocabularyFimMiddle(nint vocabulary);

    [LibraryImport(Library, EntryPoint = "llama_vocab_fim_pad")]
    public static partial int VocabularyFimPad(nint vocabulary);

    [LibraryImport(Library, EntryPoint = "llama_vocab_fim_rep")]
    public static partial int VocabularyFimRepository(nint vocabulary);

    [LibraryImport(Library, EntryPoint = "llama_vocab_fim_sep")]
    public static partial int VocabularyFimSeparator(nint vocabulary);

    [LibraryImport(Library, EntryPoint = "llama_tokenize")]
    public static partial int Tokenize(nint vocabulary, byte* text, int length, int* tokens, int capacity, [MarshalAs(UnmanagedType.U1)] bool addSpecial, [MarshalAs(UnmanagedType.U1)] bool parseSpecial);

    [LibraryImport(Library, EntryPoint = "llama_token_to_piece")]
    public static partial int TokenToPiece(nint vocabulary, int token, byte* buffer, int length, int leftStrip, [MarshalAs(UnmanagedType.U1)] bool special);

    [LibraryImport(Library, EntryPoint = "llama_adapter_lora_init", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint AdapterInit(LlamaModelHandle model, string path);

    [LibraryImport(Library, EntryPoint = "llama_adapter_lora_free")]
    public static partial void AdapterFree(nint adapter);

    [LibraryImport(Library, EntryPoint = "llama_set_adapters_lora")]
    public static partial int ContextSetAdapters(LlamaContextHandle context, nint* adapters, nuint count, float* scales);

    [LibraryImport(Library, EntryPoint = "llama_sampler_chain_init")]
    public static partial nint SamplerChainInit(SamplerChainParams parameters);

    [LibraryImport(Library, EntryPoint = "llama_sampler_chain_add")]
    public static partial void SamplerChainAdd(LlamaSamplerHandle chain, nint sampler);

    [LibraryImport(Library, EntryPoint = "llama_sampler_init_greedy")]
    public static partial nint SamplerGreedy();

    [LibraryImport(Library, EntryPoint = "llama_sampler_init_dist")]
    public static partial nint SamplerDistribution(uint seed);

    [LibraryImport(Library, EntryPoint = "llama_sampler_init_top_k")]
    public static partial nint SamplerTopK(int count);

    [LibraryImport(Library, EntryPoint = "llama_sampler_init_top_p")]
    public static partial nint SamplerTopP(float probability, nuint minimumKept);

    [LibraryImport(Library, EntryPoint = "llama_sampler_init_temp")]
    public static partial nint SamplerTemperature(float temperature);

    [LibraryImport(Library, EntryPoint = "llama_sampler_sample")]
    public static partial int SamplerSample(LlamaSamplerHandle chain, LlamaContextHandle context, int index);

    [LibraryImport(Library, EntryPoint = "llama_sampler_free")]
    public static partial void SamplerFree(nint sampler);
}
